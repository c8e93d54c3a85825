"""One fleet, two clouds' words: what is done through one is seen through the other."""

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
