"""API 2.0's modules of public addresses and network interfaces; Huawei's APIs show the same ones."""

import pytest
from huaweicloudsdkvpc.v2 import ListPortsRequest, VpcClient

from support import vpc
from support.plane import wait_for

SERVE = ("--pace", "quick", "--fleet", "4", "--seed", "17")


@pytest.fixture
def ports(plane):
    client = vpc.client(plane, VpcClient)
    return lambda: {port.mac_address: port for port in client.list_ports(ListPortsRequest()).ports}


def addresses(tencent, **filters):
    return tencent.good("DescribeEip", **filters)["data"]["eipSet"]


def interfaces(tencent, **filters):
    return tencent.good("DescribeNetworkInterfaces", limit=50, **filters)["data"]["data"]


def done(tencent, answer):
    task = answer["data"]["taskId"]
    status = wait_for(lambda: tencent.good("DescribeVpcTaskResult", taskId=task)["data"]["status"],
                      lambda seen: seen != 2, f"task {task}")
    assert status == 0


def instance(tencent, which):
    (one,) = tencent.good("DescribeInstances", instanceIds=[which])["instanceSet"]
    return one


def test_the_life_of_a_public_address(tencent):
    first = tencent.instances()[0]["unInstanceId"]
    assert instance(tencent, first)["wanIpSet"] == []
    (made,) = tencent.good("CreateEip", goodsNum=1)["data"]["eipIds"]
    (before,) = addresses(tencent, eipIds=[made])
    assert (before["status"], before["unInstanceId"]) == (4, None)

    tencent.good("ModifyEipAttributes", eipId=made, eipName="front")
    assert [one["eipId"] for one in addresses(tencent, searchKey="front")] == [made]
    tencent.good("ModifyEipAlias", eipId=made, eipName="door")
    assert addresses(tencent, searchKey="front") == []

    tencent.good("EipBindInstance", eipId=made, unInstanceId=first)
    (bound,) = addresses(tencent, unInstanceIds=[first])
    assert (bound["eipId"], bound["status"]) == (made, 2)
    assert instance(tencent, first)["wanIpSet"] == [bound["eip"]]
    assert tencent.call("DeleteEip", eipIds=[made])["code"] == 5100

    tencent.good("EipUnBindInstance", eipId=made, allocWanIp=1)
    (ordinary,) = instance(tencent, first)["wanIpSet"]
    assert ordinary != bound["eip"]
    tencent.good("TransformWanIpToEip", unInstanceId=first)
    (kept,) = addresses(tencent, eips=[ordinary])
    assert kept["unInstanceId"] == first

    tencent.good("DeleteEip", eipIds=[made])
    assert [one["eip"] for one in addresses(tencent)] == [ordinary]


def test_the_life_of_an_interface(tencent, ports):
    one, other = (server["unInstanceId"] for server in tencent.instances()[:2])
    (primary,) = interfaces(tencent, instanceId=one)
    where = {"vpcId": primary["vpcId"]}
    before = len(ports())

    done(tencent, tencent.good("CreateNetworkInterface", **where, subnetId=primary["subnetId"],
                               eniName="second", secondaryPrivateIpAddressCount=1))
    (made,) = interfaces(tencent, eniName="second")
    named = {**where, "networkInterfaceId": made["networkInterfaceId"]}
    assert made["instanceSet"] is None
    assert len(made["privateIpAddressesSet"]) == 2
    free = ports()[made["macAddress"]]
    assert (free.status, free.device_id, len(ports())) == ("DOWN", "", before + 1)

    done(tencent, tencent.good("AttachNetworkInterface", **named, instanceId=one))
    (used,) = interfaces(tencent, eniName="second")
    assert used["instanceSet"] == {"instanceId": one}
    assert used["privateIpAddressesSet"] == made["privateIpAddressesSet"]
    assert ports()[made["macAddress"]].device_id == instance(tencent, one)["uuid"]

    done(tencent, tencent.good("AssignPrivateIpAddresses", **named, secondaryPrivateIpAddressCount=1))
    (grown,) = interfaces(tencent, eniName="second")
    new = grown["privateIpAddressesSet"][-1]["privateIpAddress"]
    assert len(grown["privateIpAddressesSet"]) == 3
    done(tencent, tencent.good("MigratePrivateIpAddress", **where, privateIpAddress=new,
                               oldNetworkInterfaceId=made["networkInterfaceId"],
                               newNetworkInterfaceId=primary["networkInterfaceId"]))
    done(tencent, tencent.good("UnassignPrivateIpAddresses", **where, privateIpAddress=[new],
                               networkInterfaceId=primary["networkInterfaceId"]))

    assert tencent.call("DeleteNetworkInterface", **named)["code"] == 4000
    done(tencent, tencent.good("DetachNetworkInterface", **named, instanceId=one))
    done(tencent, tencent.good("AttachNetworkInterface", **named, instanceId=other))
    (moved,) = interfaces(tencent, eniName="second")
    assert moved["instanceSet"] == {"instanceId": other}
    assert moved["privateIpAddressesSet"] == made["privateIpAddressesSet"]
    done(tencent, tencent.good("DetachNetworkInterface", **named, instanceId=other))
    done(tencent, tencent.good("DeleteNetworkInterface", **named))
    assert interfaces(tencent, eniName="second") == []
    assert len(ports()) == before
