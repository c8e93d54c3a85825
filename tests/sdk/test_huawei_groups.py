"""Server groups, and each shape in which servers join and leave them."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs import v2 as ecs

from test_huawei_batch import UNKNOWN


@pytest.fixture
def group(huawei):
    option = ecs.CreateServerGroupOption(name="front", policies=["anti-affinity"])
    body = ecs.CreateServerGroupRequestBody(server_group=option)
    made = huawei.client.create_server_group(ecs.CreateServerGroupRequest(body=body)).server_group
    assert (made.name, made.policies, made.members) == ("front", ["anti-affinity"], [])
    return made.id


def members(huawei, group):
    request = ecs.ShowServerGroupRequest(server_group_id=group)
    return set(huawei.client.show_server_group(request).server_group.members)


def delete(huawei, group):
    huawei.client.delete_server_group(ecs.DeleteServerGroupRequest(server_group_id=group))


def hint(huawei, server):
    return huawei.client.show_server(ecs.ShowServerRequest(server_id=server)).server.osscheduler_hints.group


def test_one_server_goes_in_and_out(huawei, group):
    server = huawei.ids(1)[0]
    huawei.succeeded(huawei.stop([server]))
    member = ecs.ServerGroupMember(instance_uuid=server)
    body = ecs.AddServerGroupMemberRequestBody(add_member=member)
    huawei.client.add_server_group_member(ecs.AddServerGroupMemberRequest(server_group_id=group, body=body))
    assert members(huawei, group) == {server}
    assert hint(huawei, server) == [group]
    listed = huawei.client.list_server_groups(ecs.ListServerGroupsRequest()).server_groups
    assert [one.members for one in listed if one.id == group] == [[server]]
    body = ecs.DeleteServerGroupMemberRequestBody(remove_member=member)
    huawei.client.delete_server_group_member(
        ecs.DeleteServerGroupMemberRequest(server_group_id=group, body=body))
    assert members(huawei, group) == set()
    delete(huawei, group)
    with pytest.raises(ClientRequestException) as caught:
        members(huawei, group)
    assert caught.value.status_code == 404


def test_in_a_batch_each_server_answers_for_itself(huawei, group):
    stopped, running = huawei.ids(5)[3:]
    huawei.succeeded(huawei.stop([stopped]))
    body = ecs.BatchAddServerGroupMemberReq(server_ids=[stopped, running, UNKNOWN])
    request = ecs.BatchAddServerGroupMemberRequest(server_group_id=group, body=body)
    answer = huawei.client.batch_add_server_group_member(request)
    assert answer.status == "FAIL"
    assert [(one.server_id, one.status) for one in answer.servers] == [
        (stopped, "SUCCESS"), (running, "FAIL"), (UNKNOWN, "FAIL")]
    assert answer.servers[1].fail_reason
    assert members(huawei, group) == {stopped}
    body = ecs.BatchDeleteServerGroupMemberReq(server_ids=[stopped])
    request = ecs.BatchDeleteServerGroupMemberRequest(server_group_id=group, body=body)
    assert huawei.client.batch_delete_server_group_member(request).status == "SUCCESS"
    assert members(huawei, group) == set()
    delete(huawei, group)
