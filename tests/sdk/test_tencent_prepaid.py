"""What is paid for in advance, and what it costs: instances bought in one of Tencent's APIs are the same in the other, and Huawei's
clients see them as theirs."""

from datetime import datetime, timedelta

import pytest
from huaweicloudsdkecs.v2 import ShowServerRequest

from support.plane import wait_for
from support.tencent import Tencent
from support.tencent_v3 import ZONE, TencentV3, refusal

SERVE = ("--pace", "quick", "--fleet", "4", "--seed", "23")
UNKNOWN = "ins-zzzzzzzz"


@pytest.fixture
def cloud(plane):
    return TencentV3(plane)


@pytest.fixture
def trade(plane):
    return Tencent(plane, module="trade", endpoint=plane.tls_host)


def image(cloud):
    return cloud.call("DescribeImages").ImageSet[0].ImageId


def buy(tencent, cloud, **more):
    """One instance paid for in advance, when it runs."""
    wanted = {"cpu": 2, "mem": 4, "imageId": image(cloud), "storageSize": 50, "period": 1, **more}
    sold = tencent.good("RunInstances", wanted)
    (deal,) = sold["dealIds"]
    (one,) = sold["unInstanceIds"][str(deal)]
    tencent.reaches(one, 2)
    return one


def run(cloud, **more):
    """One instance by the newer API, when it runs."""
    wanted = {"Placement": {"Zone": ZONE}, "ImageId": image(cloud), "InstanceType": "S6.MEDIUM4", **more}
    (one,) = cloud.call("RunInstances", **wanted).InstanceIdSet
    cloud.reaches(one, "RUNNING")
    return one


def days(shown, before):
    """How many days later something ends than before."""
    read = lambda text: datetime.strptime(text.replace("T", " ").rstrip("Z"), "%Y-%m-%d %H:%M:%S")
    return (read(shown) - read(before)).days


def test_a_deal_is_seen_in_both_versions_and_in_the_other_cloud(tencent, cloud, huawei):
    sold = tencent.good("RunInstances", cpu=2, mem=4, imageId=image(cloud), storageSize=50, period=2, goodsNum=2,
                        bandwidth=5, projectId=9, instanceName="deal")
    (deal,) = sold["dealIds"]
    assert list(sold["unInstanceIds"]) == [str(deal)]
    pair = sold["unInstanceIds"][str(deal)]
    assert len(set(pair)) == 2
    tencent.all_reach(pair, 2)
    seen = tencent.instance(pair[0])
    assert (seen["cvmPayMode"], seen["networkPayMode"], seen["autoRenew"]) == (1, 1, 0)
    assert (seen["bandwidth"], seen["projectId"], seen["diskInfo"]["storageSize"]) == (5, 9, 50)
    assert 58 <= days(seen["deadlineTime"], seen["createTime"]) <= 62
    newer = cloud.instance(pair[0])
    assert (newer.InstanceChargeType, newer.RestrictState) == ("PREPAID", "NORMAL")
    assert newer.InternetAccessible.InternetChargeType == "BANDWIDTH_PREPAID"
    assert 58 <= days(newer.ExpiredTime, newer.CreatedTime) <= 62
    older = huawei.client.show_server(ShowServerRequest(server_id=seen["uuid"])).server
    assert older.metadata["charging_mode"] == "1"


def test_renewals_add_up_in_both_versions(tencent, cloud, trade):
    one = buy(tencent, cloud)
    first = tencent.instance(one)["deadlineTime"]
    deal = tencent.good("RenewInstance", instanceId=one, period=1)["dealId"]
    assert tencent.good("DescribeTaskResult", requestId=int(deal))["data"]["status"] == 0
    second = tencent.instance(one)["deadlineTime"]
    assert 28 <= days(second, first) <= 31
    cloud.call("RenewInstances", InstanceIds=[one],
               InstanceChargePrepaid={"Period": 12, "RenewFlag": "NOTIFY_AND_AUTO_RENEW"})
    seen = tencent.instance(one)
    assert 365 <= days(seen["deadlineTime"], second) <= 366
    assert seen["autoRenew"] == 1
    tencent.good("SetAutoRenew", instanceType=1, instanceIds=[one], autoRenew=2)
    assert cloud.instance(one).RenewFlag == "DISABLE_NOTIFY_AND_MANUAL_RENEW"
    cloud.call("ModifyInstancesRenewFlag", InstanceIds=[one], RenewFlag="NOTIFY_AND_MANUAL_RENEW")
    assert tencent.instance(one)["autoRenew"] == 0


def test_what_is_for_one_kind_refuses_the_other(tencent, cloud):
    ahead, by_use = buy(tencent, cloud), run(cloud)
    for action, parameters in [
        ("ReturnInstance", {}), ("ResizeInstanceHour", {"cpu": 4, "mem": 8}), ("UpdateInstanceBandwidthHour", {"bandwidth": 9}),
    ]:
        answer = tencent.call(action, instanceId=ahead, **parameters)
        assert (answer["code"], answer["codeDesc"]) == (5100, "InvalidInstance.NotSupported"), action
    for action, parameters in [
        ("RenewInstance", {"period": 1}), ("ResizeInstance", {"cpu": 4, "mem": 8}),
        ("UpdateInstanceBandwidth", {"bandwidth": 9, "startTime": "2036-01-01", "endTime": "2036-01-02"}),
    ]:
        answer = tencent.call(action, instanceId=by_use, **parameters)
        assert (answer["code"], answer["codeDesc"]) == (5100, "InvalidInstance.NotSupported"), action
    code, _ = refusal(lambda: cloud.call("RenewInstances", InstanceIds=[ahead, by_use],
                                         InstanceChargePrepaid={"Period": 1}))
    assert code == "InvalidInstance.NotSupported"
    code, _ = refusal(lambda: cloud.call("TerminateInstances", InstanceIds=[ahead, by_use]))
    assert code == "UnsupportedOperation.InstanceMixedPricingModel"
    tencent.good("ReturnInstance", instanceId=by_use)
    wait_for(lambda: cloud.instances(by_use), lambda found: not found, f"{by_use} to be gone")


def test_an_instance_is_paid_for_otherwise_and_back(tencent, cloud):
    one = run(cloud)
    assert cloud.instance(one).ExpiredTime is None
    cloud.call("ModifyInstancesChargeType", InstanceIds=[one], InstanceChargeType="PREPAID",
               InstanceChargePrepaid={"Period": 1})
    assert cloud.instance(one).InstanceChargeType == "PREPAID"
    assert tencent.instance(one)["cvmPayMode"] == 1
    again = refusal(lambda: cloud.call("ModifyInstancesChargeType", InstanceIds=[one], InstanceChargeType="PREPAID",
                                       InstanceChargePrepaid={"Period": 1}))
    assert again[0] == "UnsupportedOperation.InstanceChargeType"
    cloud.call("ModifyInstancesChargeType", InstanceIds=[one], InstanceChargeType="POSTPAID_BY_HOUR")
    seen = tencent.instance(one)
    assert (seen["cvmPayMode"], seen["deadlineTime"]) == (2, "0000-00-00 00:00")


def test_bandwidth_is_raised_from_a_day_on_or_at_once(tencent, cloud):
    one = buy(tencent, cloud, bandwidth=2)
    beijing = datetime.fromisoformat(cloud.instance(one).CreatedTime.rstrip("Z")) + timedelta(hours=8)
    day = lambda later: (beijing + timedelta(days=later)).strftime("%Y-%m-%d")
    tencent.good("UpdateInstanceBandwidth", instanceId=one, bandwidth=8, startTime=day(10), endTime=day(11))
    assert tencent.instance(one)["bandwidth"] == 2
    assert tencent.good("UpdateInstanceBandwidth", instanceId=one, bandwidth=6, startTime=day(0),
                        endTime=day(2))["dealIds"]
    assert tencent.instance(one)["bandwidth"] == 6
    cloud.call("ResetInstancesInternetMaxBandwidth", InstanceIds=[one], StartTime=day(0), EndTime=day(2),
               InternetAccessible={"InternetMaxBandwidthOut": 7})
    assert tencent.instance(one)["bandwidth"] == 7
    assert tencent.call("UpdateInstanceBandwidth", instanceId=one, bandwidth=3, startTime=day(0),
                        endTime=day(2))["code"] == 4000
    hourly = run(cloud, InternetAccessible={"InternetMaxBandwidthOut": 5})
    tencent.good("UpdateInstanceBandwidthHour", instanceId=hourly, bandwidth=1)
    assert cloud.instance(hourly).InternetAccessible.InternetMaxBandwidthOut == 1
    cloud.call("ResetInstancesInternetMaxBandwidth", InstanceIds=[hourly],
               InternetAccessible={"InternetMaxBandwidthOut": 4})
    assert tencent.instance(hourly)["bandwidth"] == 4


def test_a_data_disk_grows_with_its_instance(tencent, cloud):
    one = run(cloud, DataDisks=[{"DiskSize": 20, "DiskType": "CLOUD_SSD"}, {"DiskSize": 50}])
    first, second = cloud.instance(one).DataDisks
    assert (first.DiskSize, second.DiskSize) == (20, 50)
    listed = {disk["storageId"]: disk for disk in tencent.good("DescribeCbsStorages", uInstanceIds=[one])["storageSet"]}
    assert {first.DiskId, second.DiskId} < set(listed)
    disks = [{"DiskId": first.DiskId, "DiskSize": 40}]
    code, _ = refusal(lambda: cloud.call("ResizeInstanceDisks", InstanceId=one, DataDisks=disks))
    assert code == "UnsupportedOperation.InstanceStateRunning"
    grown = cloud.call("ResizeInstanceDisks", InstanceId=one, DataDisks=disks, ForceStop=True)
    after = cloud.done(one, grown.RequestId)
    assert (after.InstanceState, after.LatestOperation) == ("RUNNING", "ResizeInstanceDisks")
    assert {disk.DiskId: disk.DiskSize for disk in after.DataDisks} == {first.DiskId: 40, second.DiskId: 50}
    old = buy(tencent, cloud)
    tencent.call("StopInstances", instanceIds=[old])
    tencent.reaches(old, 4)
    assert tencent.good("ResizeInstance", instanceId=old, storageSize=80)["dealIds"]
    wait_for(lambda: tencent.instance(old)["diskInfo"]["storageSize"], lambda size: size == 80, "a larger disk")
    tencent.reaches(old, 4)
    assert tencent.good("ResizeInstance", instanceId=old, cpu=4, mem=8)["dealIds"]
    wait_for(lambda: tencent.instance(old)["cpu"], lambda cpu: cpu == 4, "more CPUs")


def test_elastic_disks_are_renewed_by_themselves(tencent):
    where = tencent.instances()[0]["zoneId"]
    (disk,) = tencent.good("CreateCbsStorages", storageType="cloudBasic", payMode="prePay", period=1, zoneId=where,
                           goodsNum=1, storageSize=50)["storageIds"]
    shown = lambda: tencent.good("DescribeCbsStorages", storageIds=[disk])["storageSet"][0]["deadlineTime"]
    before = shown()
    tencent.good("RenewCbsStorage", storageId=disk, period=2)
    assert 58 <= days(shown(), before) <= 62
    assert tencent.call("RenewCbsStorage", storageId="disk-zzzzzzzz", period=2)["code"] == 5000


def test_instances_move_to_another_project(tencent, cloud):
    one, two = run(cloud), run(cloud)
    cloud.call("ModifyInstancesProject", InstanceIds=[one, two], ProjectId=1045)
    found = cloud.instances(Filters=[{"Name": "project-id", "Values": ["1045"]}])
    assert {each.InstanceId for each in found} == {one, two}
    tencent.good("ModifyInstanceProject", instanceId=one, projectId=7)
    assert cloud.instance(one).Placement.ProjectId == 7
    assert tencent.call("ModifyInstanceProject", instanceId=UNKNOWN, projectId=7)["code"] == 5000


def test_an_instance_gets_another_address_and_runs_again(tencent, cloud):
    for move in ("ModifyInstancesVpcAttribute", "UpdateInstanceVpcConfig"):
        one = run(cloud)
        before = cloud.instance(one)
        where = before.VirtualPrivateCloud
        free = before.PrivateIpAddresses[0].rsplit(".", 1)[0] + (".201" if move.startswith("M") else ".202")
        if move.startswith("M"):
            moved = cloud.call(move, InstanceIds=[one], VirtualPrivateCloud={
                "VpcId": where.VpcId, "SubnetId": where.SubnetId, "PrivateIpAddresses": [free]})
            after = cloud.done(one, moved.RequestId)
            assert (after.LatestOperation, after.LatestOperationState) == (move, "SUCCESS")
        else:
            tencent.good(move, instanceId=one, vpcId=where.VpcId, subnetId=where.SubnetId, privateIpAddresses=[free])
            wait_for(lambda: cloud.instance(one).PrivateIpAddresses, lambda seen: seen == [free], f"{free} of {one}")
        cloud.reaches(one, "RUNNING")
        assert cloud.instance(one).PrivateIpAddresses == [free]
        assert tencent.instance(one)["lanIp"] == free


def test_one_table_of_prices_for_both_versions(tencent, cloud):
    wanted = {"cpu": 2, "mem": 4, "imageId": image(cloud), "imageType": 2, "storageSize": 50, "bandwidth": 2}
    newer = {"Placement": {"Zone": ZONE}, "ImageId": image(cloud), "InstanceType": "S6.MEDIUM4",
             "DataDisks": [{"DiskSize": 50}], "InternetAccessible": {"InternetMaxBandwidthOut": 2}}
    hour = tencent.good("InquiryInstancePriceHour", wanted)["data"]
    told = cloud.call("InquiryPriceRunInstances", **newer).Price
    assert f"{told.InstancePrice.UnitPrice:.2f}" == hour["cvm"]["price"] == "0.49"
    assert f"{told.BandwidthPrice.UnitPrice:.2f}" == hour["bandwidth"]["price"] == "0.12"
    months = tencent.good("InquiryInstancePrice", instanceType=1, period=3, **wanted)["price"]
    ahead = {"InstanceChargeType": "PREPAID", "InstanceChargePrepaid": {"Period": 3}}
    told = cloud.call("InquiryPriceRunInstances", **newer, **ahead).Price
    assert round(100 * (told.InstancePrice.OriginalPrice + told.BandwidthPrice.OriginalPrice)) == months == 65_880
    offers = cloud.call("DescribeZoneInstanceConfigInfos", Filters=[
        {"Name": "zone", "Values": [ZONE]}, {"Name": "instance-type", "Values": ["S6.MEDIUM4"]}]).InstanceTypeQuotaSet
    prices = {one.InstanceChargeType: one.Price for one in offers}
    assert prices["POSTPAID_BY_HOUR"].UnitPrice == 0.44
    assert prices["PREPAID"].OriginalPrice == 158.4
    assert prices["SPOTPAID"].UnitPriceDiscount == 0.08
    assert tencent.call("InquiryInstancePrice", instanceType=1, period=3, **{**wanted, "cpu": 3})["code"] == 5200


def test_changes_of_an_instance_have_their_price(tencent, cloud):
    one = buy(tencent, cloud, bandwidth=2)
    month = tencent.good("InquiryInstancePrice", instanceType=1, instanceId=one, period=1)["price"]
    told = cloud.call("InquiryPriceRenewInstances", InstanceIds=[one], InstanceChargePrepaid={"Period": 1}).Price
    assert round(100 * (told.InstancePrice.OriginalPrice + told.BandwidthPrice.OriginalPrice)) == month
    larger = cloud.call("InquiryPriceResetInstancesType", InstanceIds=[one], InstanceType="S6.LARGE8").Price
    assert 0 < larger.InstancePrice.OriginalPrice < month
    disk = cloud.instance(one).DataDisks[0].DiskId
    grown = cloud.call("InquiryPriceResizeInstanceDisks", InstanceId=one,
                       DataDisks=[{"DiskId": disk, "DiskSize": 500}]).Price
    assert grown.InstancePrice.OriginalPrice > 0
    anew = cloud.call("InquiryPriceResetInstance", InstanceId=one, ImageId=image(cloud)).Price
    assert anew.InstancePrice.OriginalPrice == 0
    by_use = run(cloud)
    ahead = cloud.call("InquiryPriceModifyInstancesChargeType", InstanceIds=[by_use], InstanceChargeType="PREPAID",
                       InstanceChargePrepaid={"Period": 1}).Price
    assert ahead.InstancePrice.OriginalPrice == 158.4
    wider = cloud.call("InquiryPriceResetInstancesInternetMaxBandwidth", InstanceIds=[by_use],
                       InternetAccessible={"InternetMaxBandwidthOut": 5}).Price
    assert wider.BandwidthPrice.UnitPrice == 0.3
    refunds = cloud.call("InquiryPriceTerminateInstances", InstanceIds=[one, by_use]).InstanceRefundsSet
    back = {each.InstanceId: each.Refunds for each in refunds}
    assert 0 < back[one] and back[by_use] == 0


def test_what_is_sold_and_may_be_had(tencent, cloud):
    zones = tencent.good("DescribeAvailabilityZones")["zoneSet"]
    ability = tencent.good("DescribeZoneAbility", zoneId=zones[0]["zoneId"], capacity=["cbs", "vpc", "gpu"])
    assert [one["isSupported"] for one in ability["capacitySet"]] == [1, 1, 0]
    kinds = cloud.call("DescribeInternetChargeTypeConfigs").InternetChargeTypeConfigSet
    assert len({kind.InternetChargeType for kind in kinds}) == 4
    families = {one.InstanceFamily for one in cloud.call("DescribeInstanceFamilyConfigs").InstanceFamilyConfigSet}
    configs = cloud.call("DescribeInstanceTypeConfigs").InstanceTypeConfigSet
    assert families == {one.InstanceFamily for one in configs}
    one = run(cloud)
    can = cloud.call("DescribeInstancesModification", InstanceIds=[one])
    own = cloud.instance(one)
    assert own.InstanceType not in {each.InstanceTypeConfig.InstanceType for each in can.InstanceTypeConfigStatusSet}
    assert can.TotalCount == len(can.InstanceTypeConfigStatusSet) > 0
    limits = cloud.call("DescribeInstancesOperationLimit", InstanceIds=[one], Operation="INSTANCE_DEGRADE")
    assert limits.InstanceOperationLimitSet[0].InstanceId == one
    quota = lambda: cloud.call("DescribeAccountQuota").AccountQuotaOverview.AccountQuota
    used = lambda quotas: sum(each.UsedQuota for each in quotas)
    before = quota()
    run(cloud, InstanceChargeType="PREPAID", InstanceChargePrepaid={"Period": 1})
    after = quota()
    assert used(after.PrePaidQuotaSet) == used(before.PrePaidQuotaSet) + 1
    assert used(after.PostPaidQuotaSet) == used(before.PostPaidQuotaSet)


def test_the_page_of_an_instance_is_found(plane, cloud):
    one = run(cloud)
    url = cloud.call("DescribeInstanceVncUrl", InstanceId=one).InstanceVncUrl
    assert url.startswith(plane.endpoint)
    status, headers, page = plane.plain("GET", url[len(plane.endpoint):])
    assert status == 200 and headers["content-type"].startswith("text/html")
    assert cloud.instance(one).Uuid in page
    stopped = cloud.call("StopInstances", InstanceIds=[one], StopType="HARD")
    cloud.done(one, stopped.RequestId)
    code, _ = refusal(lambda: cloud.call("DescribeInstanceVncUrl", InstanceId=one))
    assert code == "UnsupportedOperation.InstanceStateStopped"
