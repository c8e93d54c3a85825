"""API 3.0: all or nothing, and what became of it is asked of each instance."""

import pytest

from support.plane import wait_for
from support.tencent_v3 import ZONE, TencentV3, refusal

SERVE = ("--pace", "quick", "--fleet", "8", "--seed", "11")
PASSWORD = "Regiment@2026"
UNKNOWN = "ins-zzzzzzzz"


@pytest.fixture
def cloud(plane):
    return TencentV3(plane)


def ids(cloud, count):
    return [one.InstanceId for one in cloud.instances()][:count]


def settle(cloud, wanted, state):
    """Waits until instances are at rest, then brings them into a state by the vendor's own means."""
    for one in wanted:
        wait_for(lambda one=one: cloud.instance(one).InstanceState,
                 lambda seen: seen in ("RUNNING", "STOPPED"), f"rest of {one}")
    wrong = [one for one in wanted if cloud.instance(one).InstanceState != state]
    if wrong:
        cloud.call("StartInstances" if state == "RUNNING" else "StopInstances", InstanceIds=wrong)
    for one in wanted:
        cloud.reaches(one, state)


@pytest.mark.parametrize("signature, method", [
    ("TC3-HMAC-SHA256", "POST"), ("TC3-HMAC-SHA256", "GET"),
    ("HmacSHA1", "POST"), ("HmacSHA1", "GET"),
    ("HmacSHA256", "POST"), ("HmacSHA256", "GET"),
])
def test_every_signature_of_the_sdk_proves_the_caller(plane, signature, method):
    cloud = TencentV3(plane, signature, method)
    answer = cloud.call("DescribeInstances", Limit=3, Filters=[{"Name": "zone", "Values": [ZONE]}])
    assert answer.InstanceSet and all(one.Placement.Zone == ZONE for one in answer.InstanceSet)
    wrong = TencentV3(plane, signature, method, secret_key="wrong")
    assert refusal(lambda: wrong.call("DescribeZones"))[0] == "AuthFailure.SignatureFailure"


def test_many_start_and_stop_and_each_tells_of_the_call(cloud):
    three = ids(cloud, 3)
    settle(cloud, three, "RUNNING")
    stopped = cloud.call("StopInstances", InstanceIds=three, StopType="SOFT_FIRST")
    for one in three:
        after = cloud.done(one, stopped.RequestId)
        assert (after.InstanceState, after.LatestOperation) == ("STOPPED", "StopInstances")
        assert after.LatestOperationState == "SUCCESS"
    started = cloud.call("StartInstances", InstanceIds=three)
    for one in three:
        assert cloud.done(one, started.RequestId).InstanceState == "RUNNING"
    rebooted = cloud.call("RebootInstances", InstanceIds=three[:1], StopType="HARD")
    after = cloud.done(three[0], rebooted.RequestId)
    assert (after.InstanceState, after.LatestOperation) == ("RUNNING", "RebootInstances")


def test_one_bad_instance_refuses_all(cloud):
    one, two = ids(cloud, 2)
    settle(cloud, [one], "STOPPED")
    settle(cloud, [two], "RUNNING")
    code, message = refusal(lambda: cloud.call("StartInstances", InstanceIds=[one, two]))
    assert code == "UnsupportedOperation.InstanceStateRunning"
    assert two in message
    code, message = refusal(lambda: cloud.call("StartInstances", InstanceIds=[one, UNKNOWN]))
    assert code == "InvalidInstanceId.NotFound" and UNKNOWN in message
    assert cloud.instance(one).InstanceState == "STOPPED"
    settle(cloud, [one], "RUNNING")


def test_a_password_is_set_on_what_is_stopped_or_is_stopped_for_it(cloud):
    one, two = ids(cloud, 2)
    settle(cloud, [one], "STOPPED")
    settle(cloud, [two], "RUNNING")
    reset = cloud.call("ResetInstancesPassword", InstanceIds=[one], Password=PASSWORD)
    assert cloud.done(one, reset.RequestId).LatestOperationState == "SUCCESS"
    code, _ = refusal(lambda: cloud.call("ResetInstancesPassword", InstanceIds=[two], Password=PASSWORD))
    assert code == "UnsupportedOperation.InstanceStateRunning"
    reset = cloud.call("ResetInstancesPassword", InstanceIds=[two], Password=PASSWORD, ForceStop=True)
    after = cloud.done(two, reset.RequestId)
    assert (after.InstanceState, after.LatestOperation) == ("RUNNING", "ResetInstancesPassword")
    code, _ = refusal(lambda: cloud.call("ResetInstancesPassword", InstanceIds=[one], Password="short"))
    assert code == "InvalidParameterValue.InvalidPassword"
    settle(cloud, [one], "RUNNING")


def test_an_instance_lives_from_run_to_terminate(cloud):
    image = cloud.call("DescribeImages", Filters=[{"Name": "image-name", "Values": ["Ubuntu 22.04"]}])
    image_id = image.ImageSet[0].ImageId
    zones = cloud.call("DescribeZones").ZoneSet
    assert ZONE in [zone.Zone for zone in zones]
    made = cloud.call(
        "RunInstances", Placement={"Zone": ZONE}, ImageId=image_id, InstanceType="S5.MEDIUM4",
        InstanceCount=2, InstanceName="api{R:1,F:2}", LoginSettings={"Password": PASSWORD},
        DataDisks=[{"DiskSize": 50, "DiskType": "CLOUD_SSD"}],
        TagSpecification=[{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "three"}]}])
    assert len(made.InstanceIdSet) == 2
    first, second = made.InstanceIdSet
    for one in (first, second):
        cloud.reaches(one, "RUNNING")
    told = cloud.instance(first)
    assert (told.InstanceName, told.InstanceType, told.CPU, told.Memory) == ("api01", "S5.MEDIUM4", 2, 4)
    assert told.DataDisks[0].DiskSize == 50 and told.PrivateIpAddresses
    assert told.VirtualPrivateCloud.VpcId.startswith("vpc-")
    assert [one.InstanceId for one in cloud.instances(
        Filters=[{"Name": "tag:team", "Values": ["three"]}])] == [second, first]

    resized = cloud.call("ResetInstancesType", InstanceIds=[first], InstanceType="S5.LARGE8", ForceStop=True)
    after = cloud.done(first, resized.RequestId)
    assert (after.InstanceType, after.CPU, after.InstanceState) == ("S5.LARGE8", 4, "RUNNING")

    reinstalled = cloud.call("ResetInstance", InstanceId=first, LoginSettings={"Password": PASSWORD})
    assert cloud.done(first, reinstalled.RequestId).LatestOperation == "ResetInstance"

    cloud.call("ModifyInstancesAttribute", InstanceIds=[first, second], InstanceName="both")
    assert {cloud.instance(one).InstanceName for one in (first, second)} == {"both"}

    cloud.call("TerminateInstances", InstanceIds=[first, second])
    wait_for(lambda: cloud.instances(first, second), lambda left: not left, "both to be gone")


def test_a_dry_run_and_a_token(cloud):
    image_id = cloud.call("DescribeImages").ImageSet[0].ImageId
    before = cloud.call("DescribeInstances").TotalCount
    wanted = {"Placement": {"Zone": ZONE}, "ImageId": image_id, "InstanceType": "S6.SMALL1"}
    assert refusal(lambda: cloud.call("RunInstances", DryRun=True, **wanted))[0] == "DryRunOperation"
    assert cloud.call("DescribeInstances").TotalCount == before
    made = cloud.call("RunInstances", ClientToken="once", **wanted)
    again = cloud.call("RunInstances", ClientToken="once", **wanted)
    assert made.InstanceIdSet == again.InstanceIdSet and made.RequestId != again.RequestId
    cloud.reaches(made.InstanceIdSet[0], "RUNNING")
    cloud.call("TerminateInstances", InstanceIds=made.InstanceIdSet)
    wait_for(lambda: cloud.instances(*made.InstanceIdSet), lambda left: not left, "it to be gone")


def test_messages_are_in_the_callers_language(plane, cloud):
    chinese = TencentV3(plane, language="zh-CN")
    code, message = refusal(lambda: chinese.call("StartInstances", InstanceIds=[UNKNOWN]))
    assert code == "InvalidInstanceId.NotFound" and message.startswith("实例不存在")
    regions = {one.Region: one.RegionName for one in chinese.call("DescribeRegions").RegionSet}
    assert regions["ap-guangzhou"] == "华南地区(广州)"
    types = cloud.call("DescribeInstanceTypeConfigs", Filters=[{"Name": "zone", "Values": [ZONE]}])
    assert "S6.MEDIUM4" in [one.InstanceType for one in types.InstanceTypeConfigSet]
    states = cloud.call("DescribeInstancesStatus", Limit=2).InstanceStatusSet
    assert len(states) == 2


def test_a_key_pair_lets_into_an_instance_and_stays_while_it_does(cloud):
    made = cloud.call("CreateKeyPair", KeyName="ops", ProjectId=0).KeyPair
    assert made.PrivateKey.startswith("-----BEGIN") and made.PublicKey.startswith("ssh-rsa ")
    spare = cloud.call("ImportKeyPair", KeyName="spare", ProjectId=0, PublicKey=made.PublicKey).KeyId
    shown = {one.KeyName: one for one in cloud.call("DescribeKeyPairs").KeyPairSet}
    assert sorted(shown) == ["ops", "spare"] and shown["ops"].PrivateKey is None
    assert refusal(lambda: cloud.call("CreateKeyPair", KeyName="ops", ProjectId=0))[0] == "InvalidKeyPairName.Duplicate"

    image_id = cloud.call("DescribeImages").ImageSet[0].ImageId
    run = cloud.call("RunInstances", Placement={"Zone": ZONE}, ImageId=image_id, InstanceType="S6.SMALL1",
                     LoginSettings={"KeyIds": [made.KeyId]})
    (one,) = run.InstanceIdSet
    cloud.reaches(one, "RUNNING")
    assert cloud.instance(one).LoginSettings.KeyIds == [made.KeyId]
    cloud.call("DeleteKeyPairs", KeyIds=[made.KeyId, spare])
    (left,) = cloud.call("DescribeKeyPairs").KeyPairSet
    assert (left.KeyId, left.AssociatedInstanceIds) == (made.KeyId, [one])
    cloud.call("TerminateInstances", InstanceIds=[one])
    wait_for(lambda: cloud.instances(one), lambda found: not found, "it to be gone")
    cloud.call("DeleteKeyPairs", KeyIds=[made.KeyId])
    assert cloud.call("DescribeKeyPairs").KeyPairSet == []


def test_what_is_the_vendors_and_not_here_says_so(cloud):
    assert refusal(lambda: cloud.call("DescribeHosts"))[0] == "UnsupportedOperation"
