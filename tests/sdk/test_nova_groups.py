"""Server groups and security groups through OpenStack's SDK and through Huawei's, which must tell the same."""

import pytest
from huaweicloudsdkecs import v2 as ecs
from openstack import exceptions

from support.nova import connect
from test_huawei_batch import refusal

SERVE = ("--fleet", "4", "--seed", "5")


@pytest.fixture
def compute(plane):
    return connect(plane)


def test_a_server_group_is_the_same_in_both_apis(compute, huawei):
    made = compute.create_server_group(name="front", policies=["anti-affinity"])
    assert made.policies == ["anti-affinity"] and made.member_ids == []
    shown = huawei.client.show_server_group(ecs.ShowServerGroupRequest(server_group_id=made.id))
    assert shown.server_group.name == "front"

    server = huawei.ids(1)[0]
    huawei.succeeded(huawei.stop([server]))
    member = ecs.ServerGroupMember(instance_uuid=server)
    body = ecs.AddServerGroupMemberRequestBody(add_member=member)
    huawei.client.add_server_group_member(
        ecs.AddServerGroupMemberRequest(server_group_id=made.id, body=body))
    assert compute.get_server_group(made).member_ids == [server]
    assert [(one.id, one.member_ids) for one in compute.server_groups()] == [(made.id, [server])]
    assert compute.find_server_group("front").id == made.id

    compute.delete_server_group(made)
    assert list(compute.server_groups()) == []
    with pytest.raises(exceptions.NotFoundException):
        compute.get_server_group(made)
    with pytest.raises(exceptions.BadRequestException):
        compute.create_server_group(name="near", policies=["affinity"])


def test_the_compute_api_makes_no_more_groups_than_allowed(compute):
    made = [compute.create_server_group(name=f"g{n}", policies=["anti-affinity"]) for n in range(10)]
    with pytest.raises(exceptions.ForbiddenException):
        compute.create_server_group(name="late", policies=["anti-affinity"])
    assert {one.id for one in compute.server_groups(limit=3)} == {one.id for one in made}
    for one in made:
        compute.delete_server_group(one)


def groups_of(compute, huawei, server):
    """As every look tells it."""
    request = ecs.NovaListServerSecurityGroupsRequest(server_id=server)
    listed = huawei.client.nova_list_server_security_groups(request).security_groups
    names = {one.name for one in listed}
    assert {one["name"] for one in compute.get_server(server).security_groups} == names
    fetched = compute.fetch_server_security_groups(compute.get_server(server))
    assert {one["name"] for one in fetched.security_groups} == names
    shown = huawei.server(server).security_groups
    assert {one.name for one in shown} == names
    assert {one.id for one in shown} == {one.id for one in listed}
    ports = huawei.ask("GET", "/v1/{project_id}/ports")["ports"]
    of_server = [set(port["security_groups"]) for port in ports if port["device_id"] == server]
    assert of_server == [{one.id for one in listed}]
    return names


def test_a_server_joins_and_leaves_security_groups(compute, huawei):
    server = huawei.ids(2)[1]
    [home] = groups_of(compute, huawei, server)
    named = {one["name"] for one in huawei.ask("GET", "/v1/{project_id}/security-groups")["security_groups"]}
    other = next(iter(named - {home}))

    compute.add_security_group_to_server(server, other)
    assert groups_of(compute, huawei, server) == {home, other}
    option = ecs.NovaRemoveSecurityGroupOption(name=home)
    body = ecs.NovaDisassociateSecurityGroupRequestBody(remove_security_group=option)
    request = ecs.NovaDisassociateSecurityGroupRequest(server_id=server, body=body)
    huawei.client.nova_disassociate_security_group(request)
    assert groups_of(compute, huawei, server) == {other}
    with pytest.raises(exceptions.BadRequestException):
        compute.remove_security_group_from_server(server, other)

    option = ecs.NovaAddSecurityGroupOption(name=home)
    body = ecs.NovaAssociateSecurityGroupRequestBody(add_security_group=option)
    huawei.client.nova_associate_security_group(
        ecs.NovaAssociateSecurityGroupRequest(server_id=server, body=body))
    compute.remove_security_group_from_server(server, other)
    assert groups_of(compute, huawei, server) == {home}
    assert refusal(lambda: huawei.client.nova_disassociate_security_group(
        ecs.NovaDisassociateSecurityGroupRequest(
            server_id=server,
            body=ecs.NovaDisassociateSecurityGroupRequestBody(
                remove_security_group=ecs.NovaRemoveSecurityGroupOption(name=other)))))[0] == 404


def test_limits_count_what_is_used(compute, huawei):
    def told():
        nova = compute.get_limits().absolute
        absolute = huawei.client.show_server_limits(ecs.ShowServerLimitsRequest()).absolute
        assert nova.server_groups_used == absolute.total_server_groups_used
        assert nova.instances_used == absolute.total_instances_used == len(huawei.servers())
        assert nova.server_groups == absolute.max_server_groups == 10
        assert nova.server_group_members == absolute.max_server_group_members == 16
        return absolute.total_server_groups_used

    assert told() == 0
    group = compute.create_server_group(name="counted", policies=["anti-affinity"])
    assert told() == 1
    compute.delete_server_group(group)
    assert told() == 0
