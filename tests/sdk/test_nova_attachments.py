"""Volumes and interfaces of servers, through OpenStack's own SDK and Nova's part of the vendor's."""

import ipaddress

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkecs import v2 as ecs
from huaweicloudsdkevs.v2 import EvsClient, ListVolumesRequest, ShowVolumeRequest
from openstack import exceptions

from support import vpc
from test_nova import connect

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def compute(plane):
    return connect(plane)


@pytest.fixture
def evs(plane):
    credentials = BasicCredentials(plane.access_key, plane.secret_key, plane.project_id)
    return EvsClient.new_builder().with_credentials(credentials).with_endpoint(plane.endpoint).build()


def loose(evs):
    """Disks of one zone that no server has, one of them for sharing."""
    spare = evs.list_volumes(ListVolumesRequest(status="available")).volumes
    zone = spare[0].availability_zone
    return zone, [one for one in spare if one.availability_zone == zone]


def server_in(compute, zone):
    return next(one for one in compute.servers() if one.availability_zone == zone)


def test_volumes_go_in_one_after_another_and_come_out(compute, huawei, evs):
    zone, (first, second, *_) = loose(evs)
    server = server_in(compute, zone)
    before = [one.volume_id for one in compute.volume_attachments(server)]
    one = compute.create_volume_attachment(server, volume=first.id)
    two = compute.create_volume_attachment(server, volume=second.id, device="/dev/vdk")
    assert (one.volume_id, one.device, two.device) == (first.id, "/dev/vdb", "/dev/vdk")
    listed = {one.volume_id: one.device for one in compute.volume_attachments(server)}
    assert listed == {**dict.fromkeys(before, "/dev/vda"), first.id: "/dev/vdb", second.id: "/dev/vdk"}
    assert compute.get_volume_attachment(server, first.id).device == "/dev/vdb"
    assert [one["id"] for one in compute.get_server(server).attached_volumes] == [
        *before, first.id, second.id]
    there = evs.show_volume(ShowVolumeRequest(volume_id=first.id)).volume
    assert (there.status, there.attachments[0].server_id) == ("in-use", server.id)
    compute.delete_volume_attachment(server, first.id, ignore_missing=False)
    compute.delete_volume_attachment(server, second.id, ignore_missing=False)
    assert [one.volume_id for one in compute.volume_attachments(server)] == before
    assert evs.show_volume(ShowVolumeRequest(volume_id=first.id)).volume.status == "available"


def test_what_cannot_be_attached_is_refused(compute, evs):
    zone, (disk, *_) = loose(evs)
    server = server_in(compute, zone)
    other = next(one for one in compute.servers() if one.availability_zone != zone)
    with pytest.raises(exceptions.NotFoundException):
        compute.create_volume_attachment(server, volume=UNKNOWN)
    with pytest.raises(exceptions.BadRequestException):
        compute.create_volume_attachment(other, volume=disk.id)
    with pytest.raises(exceptions.NotFoundException):
        compute.get_volume_attachment(server, disk.id)
    with pytest.raises(exceptions.NotFoundException):
        compute.delete_volume_attachment(server, disk.id, ignore_missing=False)
    boot = next(compute.volume_attachments(server)).volume_id
    with pytest.raises(exceptions.ForbiddenException):
        compute.delete_volume_attachment(server, boot)
    compute.create_volume_attachment(server, volume=disk.id)
    with pytest.raises(exceptions.BadRequestException):
        compute.create_volume_attachment(server, volume=disk.id)
    compute.delete_volume_attachment(server, disk.id)


def test_interfaces_are_attached_at_once_and_detached(plane, compute, huawei):
    home = vpc.networks(plane)[0]
    server = next(compute.servers())
    (primary,) = compute.server_interfaces(server)
    assert (primary.net_id, primary.port_state) == (home.subnet, "ACTIVE")
    wanted = str(ipaddress.ip_network(home.cidr)[999])
    chosen = compute.create_server_interface(server, net_id=home.subnet)
    named = compute.create_server_interface(
        server, net_id=home.subnet, fixed_ips=[{"ip_address": wanted}])
    assert named.fixed_ips[0]["ip_address"] == wanted
    assert [one.port_id for one in compute.server_interfaces(server)] == [
        primary.port_id, chosen.port_id, named.port_id]
    (shown,) = huawei.server(server.id).addresses.values()
    assert [one.addr for one in shown] == [
        one.fixed_ips[0]["ip_address"] for one in (primary, chosen, named)]
    with pytest.raises(exceptions.ConflictException):
        compute.create_server_interface(
            server, net_id=home.subnet, fixed_ips=[{"ip_address": wanted}])
    with pytest.raises(exceptions.ForbiddenException):
        compute.delete_server_interface(primary.port_id, server=server)
    for one in (chosen, named):
        compute.delete_server_interface(one.port_id, server=server, ignore_missing=False)
    with pytest.raises(exceptions.NotFoundException):
        compute.get_server_interface(named.port_id, server=server)
    assert [one.port_id for one in compute.server_interfaces(server)] == [primary.port_id]


def test_the_vendor_s_sdk_attaches_interfaces_too(plane, compute, huawei):
    home = vpc.networks(plane)[0]
    server = list(compute.servers())[1]
    option = ecs.NovaAttachInterfaceOption(net_id=home.subnet)
    made = huawei.client.nova_attach_interface(ecs.NovaAttachInterfaceRequest(
        server_id=server.id, body=ecs.NovaAttachInterfaceRequestBody(interface_attachment=option),
    )).interface_attachment
    shown = huawei.client.nova_show_server_interface(ecs.NovaShowServerInterfaceRequest(
        server_id=server.id, port_id=made.port_id)).interface_attachment
    assert shown.to_dict() == made.to_dict()
    assert (shown.net_id, shown.port_state) == (home.subnet, "ACTIVE")
    compute.delete_server_interface(made.port_id, server=server.id)
