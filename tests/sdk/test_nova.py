"""OpenStack's compute API, driven by OpenStack's own SDK."""

import json

import pytest
from huaweicloudsdkecs import v2 as ecs
from openstack import exceptions

from support.nova import connect, is_now
from support.plane import wait_for


@pytest.fixture
def compute(plane):
    return connect(plane)


def test_versions_can_be_discovered_by_anyone(plane):
    status, _, text = plane.plain("GET", "/")
    assert status == 200
    newest = json.loads(text)["versions"][-1]
    assert (newest["id"], newest["min_version"], newest["version"]) == ("v2.1", "2.1", "2.60")
    status, headers, _ = plane.plain("GET", f"/v2.1/{plane.project_id}/flavors", headers={
        "X-Auth-Token": plane.token, "OpenStack-API-Version": "compute 2.26"})
    assert (status, headers["openstack-api-version"]) == (200, "compute 2.26")
    status, _, text = plane.plain("GET", f"/v2.1/{plane.project_id}/flavors", headers={
        "X-Auth-Token": plane.token, "X-OpenStack-Nova-API-Version": "2.99"})
    assert (status, json.loads(text)["computeFault"]["code"]) == (406, 406)


def test_the_list_is_the_fleet_page_by_page(compute, huawei):
    whole = huawei.ids()
    assert [server.id for server in compute.servers(limit=7)] == whole
    assert [server.id for server in compute.servers(details=False)] == whole
    first = compute.get_server(whole[0])
    assert first.name == huawei.server(whole[0]).name
    assert [server.id for server in compute.servers(name=first.name)] == [first.id]
    upwards = [server.name for server in compute.servers(sort_key="display_name", sort_dir="asc")]
    assert upwards == sorted(upwards) and len(upwards) == len(whole)


def test_a_server_lives_from_creation_to_deletion(compute, huawei):
    model = next(compute.servers())
    flavor = next(compute.flavors())
    made = compute.create_server(
        name="nova probe", image_id=model.image.id, flavor_id=flavor.id, networks="auto",
        metadata={"team": "core"})
    assert len(made.admin_password) >= 8
    server = compute.wait_for_server(made)
    assert (server.name, server.status, server.vm_state, server.power_state) == (
        "nova probe", "ACTIVE", "active", 1)
    assert server.metadata["team"] == "core"
    assert huawei.server(server.id).flavor.id == flavor.id

    compute.stop_server(server)
    assert is_now(compute, server, "SHUTOFF").power_state == 4
    with pytest.raises(exceptions.ConflictException):
        compute.stop_server(server)
    compute.start_server(server)
    before = is_now(compute, server, "ACTIVE").launched_at
    compute.reboot_server(server, "HARD")
    wait_for(lambda: compute.get_server(server),
             lambda seen: seen.status == "ACTIVE" and seen.launched_at > before, "the new start")

    compute.update_server(server, name="other name")
    assert huawei.server(server.id).name == "other name"

    larger = next(one for one in compute.flavors() if one.id != flavor.id)
    compute.resize_server(server, larger)
    resized = is_now(compute, server, "VERIFY_RESIZE")
    assert (resized.flavor.original_name, resized.flavor.vcpus) == (larger.id, larger.vcpus)
    compute.confirm_server_resize(server)
    is_now(compute, server, "ACTIVE")

    rebuilt = compute.rebuild_server(server, image=model.image.id, admin_password="Regiment@2026")
    assert rebuilt.id == server.id
    is_now(compute, server, "ACTIVE")

    compute.delete_server(server)
    compute.wait_for_delete(server)
    assert server.id not in huawei.ids()
    with pytest.raises(exceptions.NotFoundException):
        compute.get_server(server.id)


def test_what_is_refused_is_refused_as_nova_does(compute):
    model = next(compute.servers())
    with pytest.raises(exceptions.BadRequestException):
        compute.create_server(name="n", image_id=model.image.id, flavor_id="none", networks="auto")
    with pytest.raises(exceptions.NotFoundException) as refused:
        compute.get_flavor("none")
    assert "Flavor none could not be found." in str(refused.value)
    with pytest.raises(exceptions.ConflictException):
        compute.start_server(is_now(compute, model, "ACTIVE"))


def test_flavors_and_zones(compute, huawei):
    flavors = list(compute.flavors())
    listed = huawei.client.list_flavors(ecs.ListFlavorsRequest()).flavors
    assert {one.id: (one.vcpus, one.ram) for one in flavors} == {
        one.id: (int(one.vcpus), one.ram) for one in listed}
    assert [one.id for one in compute.flavors(details=False)] == [one.id for one in flavors]
    assert compute.get_flavor(flavors[0].id).vcpus == flavors[0].vcpus
    specs = compute.fetch_flavor_extra_specs(flavors[0]).extra_specs
    assert specs["ecs:generation"] == flavors[0].id.split(".")[0]
    zones = {server.availability_zone for server in compute.servers()}
    assert zones <= {zone.name for zone in compute.availability_zones()}


def test_the_vendor_s_sdk_speaks_it_too(plane, huawei):
    client = huawei.client
    listed = client.nova_list_servers_details(ecs.NovaListServersDetailsRequest(
        limit=3, open_stack_api_version="compute 2.60")).servers
    assert [server.id for server in listed] == huawei.ids(3)
    shown = client.nova_show_server(ecs.NovaShowServerRequest(
        server_id=listed[0].id, open_stack_api_version="compute 2.60")).server
    assert (shown.id, shown.name, shown.status) == (listed[0].id, listed[0].name, "ACTIVE")
    zones = client.nova_list_availability_zones(ecs.NovaListAvailabilityZonesRequest())
    assert all(zone.zone_state.available for zone in zones.availability_zone_info)
