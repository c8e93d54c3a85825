"""Resizes that wait to be confirmed, locks, and what a server tells of its orders, by OpenStack's SDK."""

import pytest
from openstack import exceptions

from support.nova import connect, is_now
from support.plane import wait_for


@pytest.fixture
def compute(plane):
    return connect(plane)


@pytest.fixture
def pair(compute):
    """Two flavors, the smaller first."""
    flavors = sorted(compute.flavors(), key=lambda flavor: (flavor.vcpus, flavor.ram))
    return flavors[0], flavors[-1]


def make(compute, flavor, name):
    image = next(compute.servers()).image.id
    made = compute.create_server(name=name, image_id=image, flavor_id=flavor.id, networks="auto")
    return compute.wait_for_server(made)


def told(compute, server):
    return [one.action for one in compute.server_actions(server)]


def test_a_resize_is_confirmed(compute, huawei, pair):
    small, large = pair
    server = make(compute, small, "confirmed")
    compute.resize_server(server, large)
    resized = is_now(compute, server, "VERIFY_RESIZE")
    assert (resized.flavor.original_name, resized.vm_state) == (large.id, "resized")
    assert huawei.server(server.id).status == "VERIFY_RESIZE"
    assert server.id in [one.id for one in compute.servers(status="VERIFY_RESIZE")]
    for refused in (compute.stop_server, compute.reboot_server, compute.start_server):
        with pytest.raises(exceptions.ConflictException):
            refused(server, "HARD") if refused == compute.reboot_server else refused(server)
    compute.confirm_server_resize(server)
    assert is_now(compute, server, "ACTIVE").flavor.original_name == large.id
    with pytest.raises(exceptions.ConflictException):
        compute.revert_server_resize(server)
    compute.delete_server(server)
    compute.wait_for_delete(server)


def test_a_resize_is_taken_back(compute, huawei, pair):
    small, large = pair
    server = make(compute, small, "taken back")
    compute.stop_server(server)
    is_now(compute, server, "SHUTOFF")
    compute.resize_server(server, large)
    is_now(compute, server, "VERIFY_RESIZE")
    compute.revert_server_resize(server)
    assert is_now(compute, server, "SHUTOFF").flavor.original_name == small.id
    assert huawei.server(server.id).flavor.id == small.id
    assert told(compute, server) == ["revertResize", "resize", "stop", "create"]
    compute.delete_server(server)
    compute.wait_for_delete(server)


def test_a_locked_server_is_left_alone(compute, huawei):
    server = next(one for one in compute.servers() if one.status == "ACTIVE")
    assert compute.get_server(server).is_locked is False
    compute.lock_server(server)
    assert compute.get_server(server).is_locked is True
    assert huawei.server(server.id).locked is True
    for refused in (compute.stop_server, compute.delete_server):
        with pytest.raises(exceptions.ConflictException) as fault:
            refused(server)
        assert f"Instance {server.id} is locked" in str(fault.value)
    compute.unlock_server(server)
    assert huawei.server(server.id).locked is False
    compute.stop_server(server)
    is_now(compute, server, "SHUTOFF")
    assert told(compute, server) == ["stop", "unlock", "lock"]


def test_an_action_is_told_from_its_beginning_to_its_end(compute, pair):
    small, _ = pair
    server = make(compute, small, "told")
    compute.reboot_server(server, "HARD")

    def reboot():
        listed = next(one for one in compute.server_actions(server) if one.action == "reboot")
        return compute.get_server_action(listed, server)

    done = wait_for(reboot, lambda action: action.events[0]["result"], "the end of the reboot")
    assert (done.action, done.message) == ("reboot", None)
    assert (done.events[0]["event"], done.events[0]["result"]) == ("compute_reboot_instance", "Success")
    assert done.events[0]["start_time"] <= done.events[0]["finish_time"]
    assert [one.action for one in compute.server_actions(server, limit=1)] == ["reboot", "create"]
    with pytest.raises(exceptions.NotFoundException):
        compute.get_server_action("req-00000000-0000-0000-0000-000000000000", server)
    compute.delete_server(server)
    compute.wait_for_delete(server)
