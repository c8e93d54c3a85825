"""API 2.0's module of networks: what leads out of them, and an interface that changes instances."""

import json
import tempfile

import pytest

from support import plane as planes
from support.plane import wait_for
from support.tencent import Tencent

SERVE = ("--pace", "quick", "--fleet", "4", "--seed", "23")


def done(tencent, answer, status=0):
    """Waits for the end of a task; its number stands in both places."""
    task = answer["taskId"]
    assert answer["data"]["taskId"] == task
    look = lambda: tencent.good("DescribeVpcTaskResult", taskId=task)["data"]
    found = wait_for(look, lambda seen: seen["status"] != 2, f"task {task}")
    assert found["status"] == status
    told = tencent.good("DescribeNetTaskResult", taskId=task)["data"]
    assert (told["status"], told["output"]["code"] == 0) == (status, status == 0)
    return found


@pytest.fixture
def networks(tencent):
    return {vpc["vpcName"]: vpc for vpc in tencent.good("DescribeVpcEx")["data"]}


@pytest.fixture
def home(networks):
    return networks["vpc-default"]["unVpcId"]


def addresses(tencent, **filters):
    return {one["eip"]: one for one in tencent.good("DescribeEip", **filters)["data"]["eipSet"]}


def test_a_nat_gateway(tencent, home):
    (eip,) = tencent.good("CreateEip", goodsNum=1)["data"]["eipIds"]
    (address,) = addresses(tencent, eipIds=[eip])
    made = tencent.good("CreateNatGateway", natName="out", vpcId=home, maxConcurrent=1000000,
                        bandwidth=10, assignedEipSet=[address])
    assert tencent.good("QueryNatGatewayProductionStatus", billId=made["billId"])["data"]["status"] == 0
    look = lambda: tencent.good("DescribeNatGateway", natId=made["natGatewayId"])["data"][0]
    assert (look()["eipSet"], look()["bandwidth"]) == ([address], 10)
    assert addresses(tencent, type=1)[address]["status"] == 2

    where = {"vpcId": home, "natId": made["natGatewayId"]}
    done(tencent, tencent.good("EipBindNatGateway", **where, autoAllocEipNum=1))
    assert look()["eipCount"] == 2
    done(tencent, tencent.good("EipUnBindNatGateway", **where, assignedEipSet=[address]))
    assert address not in look()["eipSet"]
    assert addresses(tencent, eipIds=[eip])[address]["status"] == 4
    last = tencent.call("EipUnBindNatGateway", **where, assignedEipSet=look()["eipSet"])
    assert last["codeDesc"] == "NatGatewayEipNotEmpty"

    done(tencent, tencent.good("DeleteNatGateway", **where))
    assert tencent.good("DescribeNatGateway", vpcId=home)["data"] == []
    assert {one["status"] for one in addresses(tencent).values()} == {4}


def test_a_tunnel_to_a_site(tencent, home):
    gateway = tencent.good("RunVpnGw", name="near", vpcId=home, bandwidth=5,
                           chargeType="POSTPAID_BY_HOUR")["data"]["vpnGwId"]
    site = tencent.good("AddUserGw", userGwName="office", userGwAddr="203.0.113.7")["userGwId"]
    assert [one["unVpnGwId"] for one in tencent.good("DescribeVpnGw", vpcId=home)["data"]] == [gateway]
    where = {"vpcId": home, "vpnGwId": gateway}
    made = tencent.good("AddVpnConnEx", **where, userGwId=site, vpnConnName="line", preSharedKey="s3cr3t",
                        userGwCidrBlock=["10.7.0.0/16"])
    done(tencent, made)
    look = lambda: tencent.good("DescribeVpnConn", **where)["data"]
    (tunnel,) = look()
    assert (tunnel["vpnConnName"], tunnel["destinationCidr"]) == ("line", ["10.7.0.0/16"])
    assert tunnel["IKESet"]["remoteAddress"] == "203.0.113.7"
    assert "s3cr3t" not in json.dumps([made, tunnel])
    (known,) = tencent.good("DescribeUserGw", userGwId=site)["data"]
    assert known["vpnConnNum"] == 1
    assert tencent.call("DeleteUserGw", userGwId=site)["codeDesc"] == "InvalidUserGw.InUse"

    which = {**where, "vpnConnId": tunnel["unVpnConnId"]}
    done(tencent, tencent.good("ModifyVpnConnEx", **which, vpnConnName="wire",
                               spdAcl='{"192.168.1.0/24":["10.8.0.0/16"]}'))
    (tunnel,) = look()
    assert (tunnel["vpnConnName"], tunnel["sourceCidr"]) == ("wire", ["192.168.1.0/24"])
    done(tencent, tencent.good("SetSSLVpnDomain", vpcId=home, sslVpnId=gateway, groupId="ugrp-1",
                               ipPool=["172.23.138.16-172.23.138.20"]))
    (domain,) = tencent.good("DescribeSSLVpnDomain", vpcId=home, sslVpnId=gateway)["data"]
    assert (domain["groupId"], domain["ipPool"]) == ("ugrp-1", ["172.23.138.16-172.23.138.20"])
    done(tencent, tencent.good("DeleteVpnConn", **which))
    assert look() == []
    tencent.good("DeleteUserGw", userGwId=site)
    assert tencent.good("DescribeUserGw")["totalCount"] == 0


def test_a_line_and_what_it_translates(tencent, home):
    line = tencent.good("CreateDirectConnectGateway", vpcId=home, directConnectGatewayName="line",
                        type=1)["data"]["directConnectGatewayId"]
    which = {"vpcId": home, "directConnectGatewayId": line}
    look = lambda: tencent.good("DescribeDirectConnectGateway", **which)["data"][0]
    done(tencent, tencent.good("ModifyDirectConnectGateway", **which, directConnectGatewayName="wire"))
    assert look()["directConnectGatewayName"] == "wire"

    single = "LocalIPTranslationNatRule"
    rule = {"originalIP": "192.168.0.5", "translationIP": "10.7.0.5"}
    rules = lambda: tencent.good(f"Describe{single}", **which)["data"]
    done(tencent, tencent.good(f"Create{single}", **which, localIPTranslation=[rule]))
    assert rules() == [{**rule, "description": ""}]
    done(tencent, tencent.good(f"Modify{single}", **which, oldOriginalIP="192.168.0.5",
                               oldTranslationIP="10.7.0.5", translationIP="10.7.0.6", description="six"))
    assert rules() == [{**rule, "translationIP": "10.7.0.6", "description": "six"}]

    pool = "LocalSourceIPPortTranslationNatRule"
    pools = lambda: [one["translationIPPool"] for one in tencent.good(f"Describe{pool}", **which)["data"]]
    done(tencent, tencent.good(f"Create{pool}", **which,
                               localSourceIPPortTranslation=[{"translationIPPool": "10.7.1.1-10.7.1.9"}]))
    done(tencent, tencent.good(f"Modify{pool}", **which, oldTranslationIPPool="10.7.1.1-10.7.1.9",
                               translationIPPool="10.7.1.0/28"))
    assert pools() == ["10.7.1.0/28"]
    assert (look()["snatNum"], look()["snaptNum"]) == (1, 1)
    done(tencent, tencent.good(f"Delete{pool}", **which,
                               localSourceIPPortTranslation=[{"translationIPPool": "10.7.1.0/28"}]))
    done(tencent, tencent.good(f"Delete{single}", **which,
                               localIPTranslation=[{**rule, "translationIP": "10.7.0.6"}]))
    assert (pools(), rules()) == ([], [])
    done(tencent, tencent.good("DeleteDirectConnectGateway", **which))
    assert tencent.good("DescribeDirectConnectGateway")["data"] == []


def test_networks_of_one_account_see_each_other(plane, tencent, networks, home):
    other = networks["vpc-other"]["unVpcId"]
    made = tencent.good("CreateVpcPeeringConnectionEx", vpcId=home, peerVpcId=other, peerRegion="sh",
                        peerUin=plane.project_id, peeringConnectionName="pair", bandwidth=20)
    peering = done(tencent, made)["output"]["uniqVpcPeerId"]
    look = lambda: tencent.good("DescribeVpcPeeringConnections")["data"]
    (found,) = look()
    assert (found["peeringConnectionId"], found["state"], found["unPeerVpcId"]) == (peering, 1, other)
    done(tencent, tencent.good("ModifyVpcPeeringConnectionEx", peeringConnectionId=peering,
                               peeringConnectionName="couple"))
    assert look()[0]["peeringConnectionName"] == "couple"
    done(tencent, tencent.good("DeleteVpcPeeringConnectionEx", peeringConnectionId=peering))
    assert look() == []


def test_networks_of_two_accounts(start_plane):
    """The second account comes with a second start on the same folder."""
    with tempfile.TemporaryDirectory() as folder:
        kept = ("--data", folder, "--pace", "instant", "--fleet", "0")
        first = planes.launch(*kept, "--credential", f"AKFIRST:one:{1:032x}")
        first.stop()
        second = planes.launch(*kept, "--credential", f"AKSECOND:two:{2:032x}")
        try:
            two_accounts(Tencent(second, secretId="AKFIRST", secretKey="one"), Tencent(second))
        finally:
            second.stop()


def two_accounts(asker, asked):
    vpc = lambda who, name: next(one["unVpcId"] for one in who.good("DescribeVpcEx")["data"]
                                 if one["vpcName"] == name)
    ends = {"vpcId": vpc(asker, "vpc-default"), "peerVpcId": vpc(asked, "vpc-other"), "peerUin": f"{2:032x}"}

    def wish(name):
        made = asker.good("CreateVpcPeeringConnection", **ends, peeringConnectionName=name)
        return {"peeringConnectionId": made["peeringConnectionId"]}

    states = lambda who: [one["state"] for one in who.good("DescribeVpcPeeringConnections")["data"]]
    which = wish("no")
    assert (states(asker), states(asked)) == ([0], [0])
    assert asker.call("AcceptVpcPeeringConnection", **which)["code"] == 5100
    assert asker.call("EnableVpcPeeringConnectionEx", **which)["code"] == 5100
    assert asker.call("EnableVpcPeeringConnection", **which)["code"] == 5100
    done(asked, asked.good("RejectVpcPeeringConnectionEx", **which))
    assert states(asker) == [3]
    assert asked.call("RejectVpcPeeringConnection", **which)["code"] == 5100
    done(asker, asker.good("ModifyVpcPeeringConnection", **which, peeringConnectionName="never"))
    done(asker, asker.good("DeleteVpcPeeringConnection", **which))
    which = wish("yes")
    done(asked, asked.good("AcceptVpcPeeringConnection", **which))
    assert asked.call("AcceptVpcPeeringConnectionEx", **which)["code"] == 5100
    assert (states(asker), states(asked)) == ([1], [1])
    done(asked, asked.good("DeleteVpcPeeringConnection", **which))
    assert (states(asker), states(asked)) == ([4], [])


def test_an_instance_in_no_network_sees_one(tencent, home):
    (image, *_) = tencent.good("DescribeImages", imageType=2)["imageSet"]
    (made,) = tencent.good("RunInstancesHour", zoneId=100001, cpu=1, mem=1, storageSize=0,
                           imageId=image["unImgId"])["unInstanceIds"]
    tencent.reaches(made, 2)
    links = lambda: tencent.good("DescribeVpcClassicLink", vpcId=home)["data"]
    done(tencent, tencent.good("AttachClassicLinkVpc", vpcId=home, instanceIds=[made]))
    (link,) = links()
    assert (link["instanceId"], link["uniqVpcId"]) == (made, home)
    done(tencent, tencent.good("DetachClassicLinkVpc", vpcId=home, instanceIds=[made]))
    assert links() == []
    inside = tencent.good("DescribeNetworkInterfaces", vpcId=home)["data"]["data"][0]["instanceSet"]
    refused = tencent.call("AttachClassicLinkVpc", vpcId=home, instanceIds=[inside["instanceId"]])
    assert refused["code"] == 5100


def test_an_interface_changes_instances(tencent, home):
    interfaces = lambda **f: tencent.good("DescribeNetworkInterfaces", limit=50, **f)["data"]["data"]
    primaries = [one for one in interfaces(vpcId=home) if one["primary"] and one["instanceSet"]]
    one, other = (primary["instanceSet"]["instanceId"] for primary in primaries[:2])
    done(tencent, tencent.good("CreateNetworkInterface", vpcId=home, eniName="walker",
                               subnetId=primaries[0]["subnetId"]))
    look = lambda: interfaces(eniName="walker")[0]
    which = {"vpcId": home, "networkInterfaceId": look()["networkInterfaceId"]}
    done(tencent, tencent.good("AttachNetworkInterface", **which, instanceId=one))
    before = look()["privateIpAddressesSet"]
    done(tencent, tencent.good("MigrateNetworkInterface", **which, oldInstanceId=one, newInstanceId=other))
    assert look()["instanceSet"] == {"instanceId": other}
    assert look()["privateIpAddressesSet"] == before
