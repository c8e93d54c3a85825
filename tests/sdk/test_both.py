"""One fleet, two clouds' words: what is done through one is seen through the other."""

from support.plane import wait_for
from support.tencent_v3 import TencentV3
from test_huawei_jobs import create, new_server

SERVE = ("--pace", "quick", "--fleet", "4", "--seed", "3")


def by_address(huawei, tencent):
    """Each server's id in both words, found by its private address."""
    ours = {next(iter(server.addresses.values()))[0].addr: server.id for server in huawei.servers()}
    theirs = {one["lanIp"]: one["unInstanceId"] for one in tencent.instances()}
    assert sorted(ours) == sorted(theirs)
    return {ours[address]: theirs[address] for address in ours}


def test_the_whole_fleet_is_seen_through_both(huawei, tencent):
    assert len(by_address(huawei, tencent)) == len(huawei.ids())


def test_created_in_one_and_stopped_in_the_other(huawei, tencent):
    model = huawei.server(huawei.ids(1)[0])
    answer = create(huawei, new_server(model, "shared"))
    huawei.succeeded(answer.job_id)
    (made,) = answer.server_ids
    other = by_address(huawei, tencent)[made]
    assert tencent.instance(other)["instanceName"] == "shared"
    assert tencent.status(other) == 2

    tencent.good("StopInstances", instanceIds=[other])
    tencent.reaches(other, 4)
    assert huawei.server(made).status == "SHUTOFF"

    huawei.succeeded(huawei.start([made]))
    assert tencent.status(other) == 2

    tencent.good("ModifyInstanceAttributes", instanceId=other, instanceName="renamed")
    assert huawei.server(made).name == "renamed"

    huawei.succeeded(huawei.delete([made]))
    assert tencent.instances(instanceIds=[other]) in ([], None)


def test_created_in_the_other_and_deleted_in_the_one(huawei, tencent):
    like = tencent.instances()[0]
    before = set(huawei.ids())
    answer = tencent.good("RunInstancesHour", {
        "zoneId": like["zoneId"], "cpu": 1, "mem": 1, "imageId": like["unImgId"], "storageSize": 0,
        "goodsNum": 1, "instanceName": "guest", "password": "Regiment@2026"})
    (made,) = answer["unInstanceIds"]
    tencent.reaches(made, 2)
    (seen,) = set(huawei.ids()) - before
    assert huawei.server(seen).name == "guest"
    huawei.succeeded(huawei.delete([seen]))
    assert made not in [one["unInstanceId"] for one in tencent.instances()]


def test_one_server_goes_through_all_three(plane, huawei, tencent):
    later = TencentV3(plane)
    model = huawei.server(huawei.ids(1)[0])
    answer = create(huawei, new_server(model, "travels"))
    huawei.succeeded(answer.job_id)
    (made,) = answer.server_ids
    other = by_address(huawei, tencent)[made]
    assert later.instance(other).LatestOperation == "RunInstances"

    stopped = later.call("StopInstances", InstanceIds=[other])
    assert later.done(other, stopped.RequestId).InstanceState == "STOPPED"
    assert (huawei.server(made).status, tencent.status(other)) == ("SHUTOFF", 4)

    # One order, one bad id: the good one is done, and says so in every language.
    reset = tencent.call("ResetInstancePassword", instanceIds=[other, "ins-zzzzzzzz"],
                         password="Regiment@2026")
    assert reset["code"] == 5400
    assert [reset["detail"][one]["code"] for one in (other, "ins-zzzzzzzz")] == [0, 5000]
    wait_for(lambda: later.instance(other),
             lambda seen: (seen.LatestOperation, seen.LatestOperationState)
             == ("ResetInstancesPassword", "SUCCESS"), "the reset to end")

    huawei.succeeded(huawei.start([made]))
    assert later.instance(other).InstanceState == "RUNNING"
    later.call("ModifyInstancesAttribute", InstanceIds=[other], InstanceName="arrived")
    assert huawei.server(made).name == tencent.instance(other)["instanceName"] == "arrived"
    huawei.succeeded(huawei.delete([made]))
    assert later.instances(other) == []
