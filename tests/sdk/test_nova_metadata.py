"""A server's metadata through OpenStack's compute API and through Huawei's own, which must tell the same."""

import pytest
from openstack import exceptions

from support.nova import connect


@pytest.fixture
def compute(plane):
    return connect(plane)


@pytest.fixture
def server(compute):
    return next(compute.servers())


def metadata(compute, huawei, server):
    """As both APIs tell it, with and without the list."""
    told = dict(compute.get_server(server).metadata)
    assert dict(huawei.server(server.id).metadata) == told
    listed = next(one for one in compute.servers() if one.id == server.id)
    assert dict(listed.metadata) == told
    assert dict(compute.fetch_server_metadata(server).metadata) == told
    return told


def test_keys_are_added_replaced_and_deleted(compute, huawei, server):
    before = metadata(compute, huawei, server)
    compute.set_server_metadata(server, team="core", stage="test")
    assert metadata(compute, huawei, server) == {**before, "team": "core", "stage": "test"}

    compute.set_server_metadata(server, stage="live")
    assert metadata(compute, huawei, server) == {**before, "team": "core", "stage": "live"}

    server.set_metadata_item(compute, "team", "edge")
    assert metadata(compute, huawei, server)["team"] == "edge"
    assert server.get_metadata_item(compute, "team").metadata["team"] == "edge"

    server.set_metadata(compute, {"shift": "night"}, replace=True)
    assert metadata(compute, huawei, server) == {**before, "shift": "night"}

    compute.delete_server_metadata(server, ["shift"])
    assert metadata(compute, huawei, server) == before
    with pytest.raises(exceptions.NotFoundException):
        server.get_metadata_item(compute, "shift")


def test_what_the_cloud_keeps_can_be_sent_back_and_not_changed(compute, huawei, server):
    kept = metadata(compute, huawei, server)
    server.set_metadata(compute, {**kept, "team": "core"}, replace=True)
    assert metadata(compute, huawei, server) == {**kept, "team": "core"}
    with pytest.raises(exceptions.ForbiddenException):
        compute.set_server_metadata(server, charging_mode="1")
    with pytest.raises(exceptions.ForbiddenException):
        compute.delete_server_metadata(server, ["charging_mode"])
    server.set_metadata(compute, {}, replace=True)
    assert metadata(compute, huawei, server) == kept


def test_there_is_an_end_to_it(compute, huawei, server):
    before = metadata(compute, huawei, server)
    server.set_metadata(compute, {f"key {n}": "x" for n in range(128)}, replace=True)
    with pytest.raises(exceptions.ForbiddenException) as refused:
        compute.set_server_metadata(server, one_more="x")
    assert "128" in str(refused.value)
    server.set_metadata(compute, {}, replace=True)
    assert metadata(compute, huawei, server) == before
