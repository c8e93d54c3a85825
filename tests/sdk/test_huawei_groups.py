"""Server groups: who is in them, and that their servers stand apart."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs import v2 as ecs

from test_huawei_batch import UNKNOWN, refusal
from test_huawei_jobs import new_server, settle

# More servers than hosts.
SERVE = ("--fleet", "100", "--seed", "11")


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


def hosts(huawei, servers):
    return {huawei.server(one).os_ext_srv_att_rhost for one in servers}


def test_the_servers_of_a_group_are_made_on_different_hosts(huawei, group):
    model = huawei.server(huawei.ids(1)[0])
    hints = ecs.PostPaidServerSchedulerHints(group=group)
    server = new_server(model, "apart", count=16, osscheduler_hints=hints)
    body = ecs.CreatePostPaidServersRequestBody(server=server)
    made = huawei.client.create_post_paid_servers(ecs.CreatePostPaidServersRequest(body=body))
    huawei.succeeded(made.job_id)
    assert members(huawei, group) == set(made.server_ids)
    assert len(hosts(huawei, made.server_ids)) == 16
    one_more = new_server(model, "one-more", osscheduler_hints=hints)
    body = ecs.CreatePostPaidServersRequestBody(server=one_more)
    request = ecs.CreatePostPaidServersRequest(body=body)
    assert refusal(lambda: huawei.client.create_post_paid_servers(request))[:2] == (400, "Ecs.0022")
    moved = made.server_ids[0]
    settle(huawei, [moved], "SHUTOFF")
    migrate = ecs.MigrateServerRequestBody(migrate=ecs.MigrateServerOption())
    huawei.succeeded(huawei.client.migrate_server(
        ecs.MigrateServerRequest(server_id=moved, body=migrate)).job_id)
    assert len(hosts(huawei, made.server_ids)) == 16
    huawei.succeeded(huawei.delete(made.server_ids))
    assert members(huawei, group) == set()
    delete(huawei, group)


def test_servers_that_joined_leave_each_other_when_they_start(huawei, group):
    by_host = {}
    for server in huawei.servers():
        by_host.setdefault(server.os_ext_srv_att_rhost, []).append(server.id)
    together = next(ids for ids in by_host.values() if len(ids) > 1)[:2]
    settle(huawei, together, "SHUTOFF")
    body = ecs.BatchAddServerGroupMemberReq(server_ids=together)
    request = ecs.BatchAddServerGroupMemberRequest(server_group_id=group, body=body)
    assert huawei.client.batch_add_server_group_member(request).status == "SUCCESS"
    assert len(hosts(huawei, together)) == 1
    settle(huawei, together, "ACTIVE")
    assert len(hosts(huawei, together)) == 2
    delete(huawei, group)


def test_other_policies_are_not_supported(huawei):
    for policy in ("affinity", "soft-anti-affinity", "soft-affinity"):
        option = ecs.CreateServerGroupOption(name="near", policies=[policy])
        request = ecs.CreateServerGroupRequest(body=ecs.CreateServerGroupRequestBody(server_group=option))
        assert refusal(lambda: huawei.client.create_server_group(request))[:2] == (400, "Ecs.0005")
