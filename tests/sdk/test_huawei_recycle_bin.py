"""Deleted servers that can be taken back."""

import pytest
from huaweicloudsdkecs import v2 as ecs
from huaweicloudsdkevs.v2 import EvsClient, ListVolumesRequest
from huaweicloudsdkvpc.v2 import ListPortsRequest

from support import vpc
from test_huawei_batch import UNKNOWN, refusal

SERVE = ("--pace", "quick", "--fleet", "8", "--seed", "12")


def bin_of(huawei):
    return huawei.client.show_recycle_bin(ecs.ShowRecycleBinRequest())


def switch(huawei, word):
    body = ecs.UpdateRecycleBinReq(recycle_bin=ecs.UpdateRecycleBinOption(switch=word))
    return huawei.client.update_recycle_bin(ecs.UpdateRecycleBinRequest(body=body))


def set_policy(huawei, **policy):
    body = ecs.UpdateRecycleBinPolicyReq(policy=ecs.UpdateRecycleBinPolicyOption(**policy))
    return huawei.client.update_recycle_bin_policy(
        ecs.UpdateRecycleBinPolicyRequest(body=body))


def in_bin(huawei, **filters):
    request = ecs.ListRecycleBinServersRequest(**filters)
    return [server.id for server in huawei.client.list_recycle_bin_servers(request).servers]


def revert(huawei, server):
    request = ecs.RevertRecycleBinServerRequest(server_id=server)
    return huawei.client.revert_recycle_bin_server(request).job_id


def belongings(huawei, server):
    """The addresses and the disks that are a server's, as the services around it list them."""
    plane = huawei.plane
    ports = vpc.client(plane).list_ports(ListPortsRequest(device_id=server)).ports
    disks = vpc.client(plane, EvsClient).list_volumes(ListVolumesRequest(server_id=server)).volumes
    return {port.fixed_ips[0].ip_address for port in ports}, {disk.id for disk in disks}


def purge(huawei, server):
    request = ecs.DeleteRecycleBinServerRequest(server_id=server)
    return huawei.client.delete_recycle_bin_server(request).job_id


@pytest.fixture
def recycling(huawei):
    """The bin switched on while a test runs, for servers of any age."""
    switch(huawei, "on")
    set_policy(huawei, retention_hour=48, recycle_threshold_day=0)
    yield
    switch(huawei, "off")


def test_the_bin_is_what_it_was_set_to(huawei):
    assert bin_of(huawei).switch == "off"
    switch(huawei, "on")
    set_policy(huawei, retention_hour=24)
    set_policy(huawei, recycle_threshold_day=3)
    shown = bin_of(huawei)
    assert (shown.switch, shown.project_id) == ("on", huawei.plane.project_id)
    assert (shown.policy.retention_hour, shown.policy.recycle_threshold_day) == (24, 3)
    switch(huawei, "off")
    assert bin_of(huawei).switch == "off"
    assert refusal(lambda: switch(huawei, "maybe"))[:2] == (400, "Ecs.0005")
    assert refusal(lambda: set_policy(huawei, retention_hour=0))[:2] == (400, "Ecs.0005")


def test_a_deleted_server_comes_back(huawei, recycling):
    one, other = huawei.ids(2)
    before = huawei.server(one)
    count, kept = len(huawei.ids()), belongings(huawei, one)
    assert all(kept)
    huawei.succeeded(huawei.delete([one]))

    assert in_bin(huawei) == [one]
    assert huawei.show_recycle_bin_server(one)["server"]["name"] == before.name
    assert in_bin(huawei, name=before.name) == [one] and in_bin(huawei, name="nobody") == []
    assert one not in huawei.ids() and len(huawei.ids()) == count - 1
    assert belongings(huawei, one) == kept, "its interfaces and disks wait with it"
    assert refusal(lambda: huawei.server(one))[:2] == (404, "Ecs.0114")
    assert refusal(lambda: huawei.start([one]))[:2] == (404, "Ecs.0614")
    listed = huawei.client.list_cloud_servers(ecs.ListCloudServersRequest(in_recycle_bin=True))
    assert [(server.id, server.in_recycle_bin) for server in listed.servers] == [(one, True)]

    huawei.succeeded(revert(huawei, one))
    assert in_bin(huawei) == []
    after = huawei.server(one)
    assert (after.status, after.name, after.created) == ("SHUTOFF", before.name, before.created)
    assert len(huawei.ids()) == count
    huawei.succeeded(huawei.start([one]))
    assert huawei.server(one).status == "ACTIVE"
    assert refusal(lambda: revert(huawei, other))[:2] == (404, "Ecs.0114")


def test_a_server_is_taken_out_of_the_bin_for_good(huawei, recycling):
    one = huawei.ids(1)[0]
    huawei.succeeded(huawei.delete([one]))
    job = huawei.succeeded(purge(huawei, one))
    assert job.entities.sub_jobs[0].entities.server_id == one
    assert in_bin(huawei) == []
    assert refusal(lambda: revert(huawei, one))[:2] == (404, "Ecs.0114")
    assert refusal(lambda: purge(huawei, UNKNOWN))[:2] == (404, "Ecs.0114")


def test_a_server_too_young_for_the_bin_is_deleted_at_once(huawei, recycling):
    set_policy(huawei, recycle_threshold_day=1)
    one = huawei.ids(1)[0]
    huawei.succeeded(huawei.delete([one]))
    assert in_bin(huawei) == [] and one not in huawei.ids()
