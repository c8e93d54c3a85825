"""Key pairs and security groups of instances that are there already, by both of Tencent's SDKs."""

import pytest
from huaweicloudsdkvpc.v2 import ListSecurityGroupsRequest, VpcClient

from support import vpc
from support.plane import wait_for
from support.tencent_v3 import TencentV3, refusal

SERVE = ("--pace", "quick", "--fleet", "6", "--seed", "29")
UNKNOWN = "skey-zzzzzzzz"


@pytest.fixture
def cloud(plane):
    return TencentV3(plane)


def rests(cloud, one, state):
    wait_for(lambda: cloud.instance(one), lambda seen: seen.LatestOperationState != "OPERATING",
             f"rest of {one}")
    if cloud.instance(one).InstanceState != state:
        cloud.call("StartInstances" if state == "RUNNING" else "StopInstances", InstanceIds=[one])
    cloud.reaches(one, state)
    return one


def keys_of(cloud, one):
    return cloud.instance(one).LoginSettings.KeyIds


def pairs(tencent, **filters):
    return tencent.good("DescribeKeyPairs", filters)["data"]["sshSet"]


def test_key_pairs_are_bound_and_taken_away_in_the_older_version(cloud, tencent):
    one, other = [instance.InstanceId for instance in cloud.instances()][:2]
    rests(cloud, one, "STOPPED")
    rests(cloud, other, "RUNNING")
    made = tencent.good("CreateKeyPair", keyName="old_made")["data"]
    assert made["secretkey"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    brought = tencent.good("ImportKeyPair", keyName="old_brought", pubKey=made["pubkey"])["keyId"]

    refused = tencent.call("BindInstanceKey", instanceIds=[one, other], keyId=made["keyId"])
    assert refused["codeDesc"] == "OperationConstraints.InvaildInstanceStatus"
    assert keys_of(cloud, one) == []
    tencent.good("BindInstanceKey", instanceIds=[one], keyId=made["keyId"])
    wait_for(lambda: keys_of(cloud, one), lambda seen: seen == [made["keyId"]], "the key pair")
    (pair,) = pairs(tencent, keyIds=[made["keyId"]])
    assert pair["bindUnInstanceIds"] == [one]

    tencent.good("ModifyKeyPair", keyId=made["keyId"], keyName="old_renamed")
    assert [pair["keyId"] for pair in pairs(tencent, keyName="old_renamed")] == [made["keyId"]]
    assert keys_of(cloud, one) == [made["keyId"]]
    outcomes = tencent.good("DeleteKeyPair", keyIds=[made["keyId"], brought, UNKNOWN])
    codes = {one["keyId"]: one["code"] for one in outcomes["detail"]["deleteKeySet"]}
    assert codes == {made["keyId"]: 5100, brought: 0, UNKNOWN: 5000}

    rests(cloud, one, "STOPPED")
    tencent.good("UnBindInstanceKey", instanceIds=[one], keyId=made["keyId"])
    wait_for(lambda: keys_of(cloud, one), lambda seen: seen == [], "no key pair")
    tencent.good("DeleteKeyPair", keyIds=[made["keyId"]])
    assert pairs(tencent, keyIds=[made["keyId"]]) == []


def test_instances_that_run_are_stopped_for_a_key_pair(cloud):
    one, other = [instance.InstanceId for instance in cloud.instances()][2:4]
    for instance in (one, other):
        rests(cloud, instance, "RUNNING")
    pair = cloud.call("CreateKeyPair", KeyName="forced", ProjectId=0).KeyPair
    bind = lambda **more: cloud.call("AssociateInstancesKeyPairs", InstanceIds=[one, other],
                                     KeyIds=[pair.KeyId], **more)
    assert refusal(bind)[0] == "UnsupportedOperation.InstanceStateRunning"
    request = bind(ForceStop=True).RequestId
    for instance in (one, other):
        after = cloud.done(instance, request)
        assert (after.InstanceState, after.LatestOperation) == ("RUNNING", "AssociateInstancesKeyPairs")
        assert after.LoginSettings.KeyIds == [pair.KeyId]

    cloud.call("ModifyKeyPairAttribute", KeyId=pair.KeyId, KeyName="renamed", Description="web")
    (shown,) = cloud.call("DescribeKeyPairs", KeyIds=[pair.KeyId]).KeyPairSet
    assert (shown.KeyName, shown.Description) == ("renamed", "web")
    assert sorted(shown.AssociatedInstanceIds) == sorted([one, other])

    request = cloud.call("DisassociateInstancesKeyPairs", InstanceIds=[one], KeyIds=[pair.KeyId],
                         ForceStop=True).RequestId
    assert cloud.done(one, request).LoginSettings.KeyIds == []
    again = lambda: cloud.call("DisassociateInstancesKeyPairs", InstanceIds=[one], KeyIds=[pair.KeyId],
                               ForceStop=True)
    assert refusal(again)[0] == "InvalidParameterValue.KeyPairNotSupported"


def test_instances_come_into_security_groups_and_leave_them(cloud, plane):
    one, other = [instance.InstanceId for instance in cloud.instances()][4:6]
    for instance in (one, other):
        cloud.call("ModifyInstancesAttribute", InstanceIds=[instance], SecurityGroups=[])
    known = vpc.client(plane, VpcClient).list_security_groups(ListSecurityGroupsRequest())
    assert known.security_groups
    unknown = lambda: cloud.call("AssociateSecurityGroups", InstanceIds=[one],
                                 SecurityGroupIds=["sg-zzzzzzzz"])
    assert refusal(unknown)[0] == "InvalidSecurityGroupId.NotFound"
    group = vpc_group(cloud, known.security_groups[0].id)
    cloud.call("AssociateSecurityGroups", InstanceIds=[one, other], SecurityGroupIds=[group])
    assert [cloud.instance(each).SecurityGroupIds for each in (one, other)] == [[group], [group]]
    cloud.call("DisassociateSecurityGroups", InstanceIds=[one], SecurityGroupIds=[group])
    assert [cloud.instance(each).SecurityGroupIds for each in (one, other)] == [[], [group]]
    again = lambda: cloud.call("DisassociateSecurityGroups", InstanceIds=[one, other],
                               SecurityGroupIds=[group])
    assert refusal(again)[0] == "InvalidSecurityGroupId.NotFound"
    assert cloud.instance(other).SecurityGroupIds == [group]


def vpc_group(cloud, long_id):
    """A group's short id is the end of its long one, to the base 36, in eight digits."""
    number, digits = int(long_id.replace("-", ""), 16), ""
    number = (number & 0xFFFF_FFFF_FFFF) % 36**8
    for _ in range(8):
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return f"sg-{digits}"
