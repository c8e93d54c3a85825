"""The Nova operations that the vendor's own SDK has."""

from huaweicloudsdkecs import v2 as ecs
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

from support.plane import wait_for

NEWEST = "compute 2.60"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def fault(call):
    """Nova's refusal as the SDK reads it: its code is a number."""
    with pytest.raises(ClientRequestException) as raised:
        call()
    return raised.value.status_code, raised.value.error_code


def shown(huawei, server):
    return huawei.client.nova_show_server(
        ecs.NovaShowServerRequest(server_id=server, open_stack_api_version=NEWEST)).server


def listed(huawei, **filters):
    return huawei.client.nova_list_servers(ecs.NovaListServersRequest(**filters)).servers


def test_versions_are_told_one_by_one_and_together(huawei):
    versions = huawei.client.nova_list_versions(ecs.NovaListVersionsRequest()).versions
    assert [(one.id, one.status) for one in versions] == [("v2.0", "SUPPORTED"), ("v2.1", "CURRENT")]
    newest = versions[-1]
    assert (newest.min_version, newest.version) == ("2.1", "2.60")
    assert newest.links[0].href == f"{huawei.plane.endpoint}/v2.1/"
    one = huawei.client.nova_show_version(ecs.NovaShowVersionRequest(api_version="v2.1")).version
    assert (one.id, one.status, one.version, one.updated) == (
        newest.id, newest.status, newest.version, newest.updated)
    assert [kind.base for kind in one.media_types] == ["application/json"]
    old = huawei.client.nova_show_version(ecs.NovaShowVersionRequest(api_version="v2")).version
    assert (old.id, old.version, old.min_version) == ("v2.0", "", "")


def test_a_server_made_and_deleted_by_nova(huawei):
    model = huawei.server(huawei.ids(1)[0])
    before = {one.id for one in listed(huawei, limit=1000)}
    option = ecs.NovaCreateServersOption(
        name="by-nova", image_ref=model.image.id, flavor_ref=model.flavor.id,
        networks=[ecs.NovaServerNetwork(uuid="157ee789-03ea-45b1-a698-76c92660dd83")],
        availability_zone=model.os_ext_a_zavailability_zone, admin_pass="Regiment@2026",
        metadata={"stage": "test"}, description="made by nova", min_count=1, max_count=1)
    made = huawei.client.nova_create_servers(ecs.NovaCreateServersRequest(
        open_stack_api_version=NEWEST, body=ecs.NovaCreateServersRequestBody(server=option))).server
    assert huawei.raw.status == 202
    assert (made.admin_pass, made.os_dc_fdisk_config) == ("Regiment@2026", "MANUAL")
    assert made.id not in before
    assert any(link.rel == "self" and made.id in link.href for link in made.links)

    after = {one.id: one.name for one in listed(huawei, limit=1000)}
    assert set(after) == before | {made.id} and after[made.id] == "by-nova"
    server = wait_for(lambda: shown(huawei, made.id), lambda one: one.status == "ACTIVE", "the server")
    assert (server.os_ext_st_svm_state, server.os_ext_st_stask_state, server.os_ext_st_spower_state) == (
        "active", None, 1)
    assert (server.metadata["stage"], server.description) == ("test", "made by nova")
    assert (server.flavor.original_name, server.flavor.vcpus, server.flavor.ram) == (
        model.flavor.id, int(model.flavor.vcpus), int(model.flavor.ram))
    assert (server.locked, server.host_status, server.image.id) == (False, "UP", model.image.id)
    ((network, (address,)),) = server.addresses.items()
    ((same, (other,)),) = huawei.server(made.id).addresses.items()
    assert (network, address.addr, address.version) == (same, other.addr, 4)

    assert huawei.client.nova_delete_server(
        ecs.NovaDeleteServerRequest(server_id=made.id)).status_code == 204
    wait_for(lambda: {one.id for one in listed(huawei, limit=1000)}, lambda now: now == before,
             "the end of the server")
    assert fault(lambda: shown(huawei, made.id)) == (404, 404)
    delete = ecs.NovaDeleteServerRequest(server_id=UNKNOWN)
    assert fault(lambda: huawei.client.nova_delete_server(delete)) == (404, 404)


def test_the_short_list_has_names_and_links_alone(huawei):
    one = huawei.server(huawei.ids(4)[3])
    (found,) = listed(huawei, name=one.name)
    assert (found.id, found.name) == (one.id, one.name)
    assert sorted(link.rel for link in found.links) == ["bookmark", "self"]
    assert [each.id for each in listed(huawei, limit=2, marker=huawei.ids()[1])] == huawei.ids(4)[2:]
    assert fault(lambda: listed(huawei, marker=UNKNOWN)) == (400, 400)


def test_extra_specs_are_those_of_the_vendor_s_list(huawei):
    flavor = huawei.client.list_flavors(ecs.ListFlavorsRequest()).flavors[0]
    specs = huawei.client.nova_show_flavor_extra_specs(
        ecs.NovaShowFlavorExtraSpecsRequest(flavor_id=flavor.id)).extra_specs
    assert specs["cond:operation:az"] == flavor.os_extra_specs.condoperationaz
    assert specs["ecs:performancetype"] == flavor.os_extra_specs.ecsperformancetype
    missing = ecs.NovaShowFlavorExtraSpecsRequest(flavor_id="none")
    assert fault(lambda: huawei.client.nova_show_flavor_extra_specs(missing)) == (404, 404)
