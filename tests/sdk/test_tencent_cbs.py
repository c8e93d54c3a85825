"""API 2.0's module of disks; Huawei's disk service shows the same ones."""

import pytest
from huaweicloudsdkevs.v2 import EvsClient, ListVolumesRequest

from support import vpc
from support.plane import wait_for

SERVE = ("--pace", "quick", "--fleet", "4", "--seed", "17")
UNKNOWN = "disk-zzzzzzzz"


@pytest.fixture
def evs(plane):
    return vpc.client(plane, EvsClient)


def listed(tencent, **filters):
    return tencent.good("DescribeCbsStorages", limit=100, **filters)["storageSet"]


def shown(tencent, disk):
    (one,) = listed(tencent, storageIds=[disk])
    return one


def rests(tencent, disk, instance):
    return wait_for(lambda: shown(tencent, disk),
                    lambda seen: seen["storageStatus"] == "normal" and seen["uInstanceId"] == instance,
                    f"{disk} in {instance}")


def make(tencent, like, count, size=50):
    return tencent.good("CreateCbsStorages", storageType="cloudBasic", payMode="prePay", period=1,
                        zoneId=like["zoneId"], goodsNum=count, storageSize=size)["storageIds"]


def test_the_life_of_disks_in_both_clouds(tencent, evs):
    instance = tencent.instances()[0]
    where = instance["unInstanceId"]
    before = len(evs.list_volumes(ListVolumesRequest()).volumes)
    pair = make(tencent, instance, 2)
    assert len(set(pair)) == 2
    assert len(evs.list_volumes(ListVolumesRequest()).volumes) == before + 2
    assert {shown(tencent, one)["payMode"] for one in pair} == {"prePay"}
    assert {shown(tencent, one)["attached"] for one in pair} == {0}

    tencent.good("ResizeCbsStorage", storageId=pair[0], storageSize=80)
    assert shown(tencent, pair[0])["storageSize"] == 80

    answer = tencent.call("AttachCbsStorages", uInstanceId=where, storageIds=[*pair, UNKNOWN])
    assert answer["code"] == 5400
    assert [answer["detail"][one] for one in pair] == [{"code": 0, "message": ""}] * 2
    assert answer["detail"][UNKNOWN]["code"] == 16000
    for one in pair:
        assert rests(tencent, one, where)["attached"] == 1
    inside = evs.list_volumes(ListVolumesRequest(server_id=instance["uuid"])).volumes
    assert {80, 50} <= {disk.size for disk in inside}
    assert {disk.status for disk in inside} == {"in-use"}

    root = tencent.instance(where)["diskInfo"]["rootId"]
    answer = tencent.call("DetachCbsStorages", storageIds=[root, *pair])
    assert answer["code"] == 5400
    assert answer["detail"][root]["code"] == 16008
    for one in pair:
        assert rests(tencent, one, None)["attached"] == 0
    assert tencent.good("DescribeCbsStorages", uInstanceIds=[where], portable=1)["totalCount"] == 0


def test_all_succeed_and_all_fail(tencent):
    instance = tencent.instances()[1]
    where = instance["unInstanceId"]
    (disk,) = make(tencent, instance, 1)
    good = tencent.call("AttachCbsStorages", uInstanceId=where, storageIds=[disk])
    assert (good["code"], good["codeDesc"]) == (0, "Success")
    rests(tencent, disk, where)
    again = tencent.call("AttachCbsStorages", uInstanceId=where, storageIds=[disk])
    assert (again["code"], again["detail"][disk]["code"]) == (5100, 9003)
    nowhere = tencent.call("AttachCbsStorages", uInstanceId="ins-zzzzzzzz", storageIds=[disk])
    assert (nowhere["code"], nowhere["detail"][disk]["code"]) == (5100, 9033)
    assert tencent.call("ResizeCbsStorage", storageId=disk, storageSize=100)["code"] == 5100
    tencent.good("DetachCbsStorages", storageIds=[disk])
    rests(tencent, disk, None)


def test_what_cannot_be_made_is_refused(tencent):
    instance = tencent.instances()[0]
    count = tencent.good("DescribeCbsStorages")["totalCount"]
    wrong = {"storageType": "cloudSSD", "payMode": "prePay", "period": 1, "zoneId": instance["zoneId"],
             "goodsNum": 1, "storageSize": 50}
    assert tencent.call("CreateCbsStorages", wrong)["code"] == 4000
    assert tencent.call("CreateCbsStorages", {**wrong, "storageSize": 100, "zoneId": 1})["code"] == 4000
    assert tencent.good("DescribeCbsStorages")["totalCount"] == count
