"""Disks: into servers and out of them, as the vendor's two SDKs order and show it."""

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs.v2 import (
    AttachServerVolumeOption, AttachServerVolumeRequest, AttachServerVolumeRequestBody,
    BatchAttachSharableVolumesOption, BatchAttachSharableVolumesRequest,
    BatchAttachSharableVolumesRequestBody, DeleteServersRequest, DeleteServersRequestBody,
    DetachServerVolumeRequest, ListServerBlockDevicesRequest, ListServerVolumeAttachmentsRequest,
    ServerId, ShowAppendableVolumeQuotaRequest, ShowServerBlockDeviceRequest,
    UpdateServerBlockDeviceOption, UpdateServerBlockDeviceReq, UpdateServerBlockDeviceRequest,
)
from huaweicloudsdkevs.v2 import (
    CinderListVolumeTypesRequest, EvsClient, ListVolumesRequest, ShowVolumeRequest,
)

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def evs(plane):
    credentials = BasicCredentials(plane.access_key, plane.secret_key, plane.project_id)
    return EvsClient.new_builder().with_credentials(credentials).with_endpoint(plane.endpoint).build()


def disks(evs, **filters):
    return evs.list_volumes(ListVolumesRequest(**filters)).volumes


def shown(evs, disk):
    return evs.show_volume(ShowVolumeRequest(volume_id=disk)).volume


def loose(evs, shareable=False):
    """A disk that no server has."""
    return disks(evs, status="available", multiattach=shareable)[0]


def servers_of(huawei, zone, count=1):
    in_zone = [one.id for one in huawei.servers()
               if one.os_ext_a_zavailability_zone == zone]
    assert len(in_zone) >= count
    return in_zone[:count]


def attach(huawei, server, disk, **more):
    option = AttachServerVolumeOption(volume_id=disk, **more)
    body = AttachServerVolumeRequestBody(volume_attachment=option)
    return huawei.client.attach_server_volume(
        AttachServerVolumeRequest(server_id=server, body=body)).job_id


def detach(huawei, server, disk):
    return huawei.client.detach_server_volume(
        DetachServerVolumeRequest(server_id=server, volume_id=disk)).job_id


def devices(huawei, server):
    return huawei.client.list_server_block_devices(
        ListServerBlockDevicesRequest(server_id=server))


def refusal(call):
    with pytest.raises(ClientRequestException) as raised:
        call()
    return raised.value.status_code, raised.value.error_code


def test_the_first_fleet_has_disks_to_try(evs):
    spare = disks(evs, status="available")
    assert len(spare) >= 4
    assert sum(one.multiattach for one in spare) >= 2
    assert {one.size for one in spare} == {100}
    used = disks(evs, status="in-use")
    assert {one.bootable for one in used} == {"true"}
    assert evs.list_volumes(ListVolumesRequest(limit=1)).count == len(spare) + len(used)


def test_a_disk_goes_in_and_comes_out(huawei, evs):
    disk = loose(evs)
    (server,) = servers_of(huawei, disk.availability_zone)
    before = devices(huawei, server)
    huawei.succeeded(attach(huawei, server, disk.id))
    after = devices(huawei, server)
    assert [one.volume_id for one in after.volume_attachments] == [
        *(one.volume_id for one in before.volume_attachments), disk.id]
    assert after.attachable_quantity.free_disk == before.attachable_quantity.free_disk - 1
    new = after.volume_attachments[-1]
    assert (new.device, new.size, new.server_id) == ("/dev/vdb", disk.size, server)
    one = huawei.client.show_server_block_device(
        ShowServerBlockDeviceRequest(server_id=server, volume_id=disk.id)).volume_attachment
    assert one.to_dict() == new.to_dict()
    listed = huawei.client.list_server_volume_attachments(
        ListServerVolumeAttachmentsRequest(server_id=server)).volume_attachments
    assert [each.volume_id for each in listed][-1] == disk.id
    quota = huawei.client.show_appendable_volume_quota(
        ShowAppendableVolumeQuotaRequest(server_id=server))
    assert quota.free_blk == after.attachable_quantity.free_disk
    assert [each.id for each in huawei.server(server).os_extended_volumesvolumes_attached][-1] == disk.id
    there = shown(evs, disk.id)
    assert there.status == "in-use"
    assert [(each.server_id, each.device) for each in there.attachments] == [(server, "/dev/vdb")]
    huawei.succeeded(detach(huawei, server, disk.id))
    assert shown(evs, disk.id).status == "available"
    assert len(devices(huawei, server).volume_attachments) == len(before.volume_attachments)


def test_what_cannot_be_attached_or_detached_is_refused(huawei, evs):
    disk = loose(evs)
    first, second = servers_of(huawei, disk.availability_zone, 2)
    huawei.succeeded(attach(huawei, first, disk.id))
    assert refusal(lambda: attach(huawei, first, disk.id)) == (400, "Ecs.0005")
    assert huawei.raw.body["error"]["details"] == [{"code": "Ecs.0057"}]
    assert refusal(lambda: attach(huawei, second, disk.id)) == (400, "Ecs.0103")
    assert refusal(lambda: attach(huawei, second, UNKNOWN)) == (400, "Ecs.0103")
    assert refusal(lambda: attach(huawei, UNKNOWN, disk.id)) == (404, "Ecs.0114")
    elsewhere = next(one for one in disks(evs, status="available")
                     if one.availability_zone != disk.availability_zone)
    assert refusal(lambda: attach(huawei, first, elsewhere.id)) == (400, "Ecs.0121")
    assert refusal(lambda: detach(huawei, second, disk.id)) == (400, "Ecs.0111")
    boot = devices(huawei, first).volume_attachments[0].volume_id
    assert refusal(lambda: detach(huawei, first, boot)) == (400, "Ecs.0102")
    huawei.succeeded(detach(huawei, first, disk.id))


def test_a_shared_disk_is_in_several_servers(huawei, evs):
    disk = loose(evs, shareable=True)
    servers = servers_of(huawei, disk.availability_zone, 2)
    places = [BatchAttachSharableVolumesOption(server_id=one, device="/dev/sdg") for one in servers]
    body = BatchAttachSharableVolumesRequestBody(serverinfo=places)
    huawei.succeeded(huawei.client.batch_attach_sharable_volumes(
        BatchAttachSharableVolumesRequest(volume_id=disk.id, body=body)).job_id)
    there = shown(evs, disk.id)
    assert sorted(one.server_id for one in there.attachments) == sorted(servers)
    assert {one.device for one in there.attachments} == {"/dev/sdg"}
    huawei.succeeded(detach_from(huawei, disk.id, servers[:1]))
    assert [one.server_id for one in shown(evs, disk.id).attachments] == servers[1:]
    huawei.succeeded(detach(huawei, servers[1], disk.id))
    plain = loose(evs)
    body = BatchAttachSharableVolumesRequestBody(
        serverinfo=[BatchAttachSharableVolumesOption(server_id=servers[0])])
    request = BatchAttachSharableVolumesRequest(volume_id=plain.id, body=body)
    assert refusal(lambda: huawei.client.batch_attach_sharable_volumes(request)) == (400, "Ecs.0005")


def detach_from(huawei, disk, servers):
    from huaweicloudsdkecs.v2 import BatchDetachVolumesRequest, VolumeBatchDetachRequest
    body = VolumeBatchDetachRequest(serverinfo=servers)
    return huawei.client.batch_detach_volumes(
        BatchDetachVolumesRequest(volume_id=disk, body=body)).job_id


def test_a_disk_goes_with_its_server_only_when_bound_to_it(huawei, evs):
    spare = disks(evs, status="available")
    zone = spare[0].availability_zone
    bound, free = [one.id for one in spare if one.availability_zone == zone][:2]
    (server,) = servers_of(huawei, zone)
    for disk in (bound, free):
        huawei.succeeded(attach(huawei, server, disk))
    option = UpdateServerBlockDeviceOption(delete_on_termination=True)
    body = UpdateServerBlockDeviceReq(block_device=option)
    huawei.client.update_server_block_device(
        UpdateServerBlockDeviceRequest(server_id=server, volume_id=bound, body=body))
    flags = {one.id: one.delete_on_termination
             for one in huawei.server(server).os_extended_volumesvolumes_attached}
    assert (flags[bound], flags[free]) == ("true", "false")
    body = DeleteServersRequestBody(servers=[ServerId(id=server)], delete_volume=False)
    huawei.succeeded(huawei.client.delete_servers(DeleteServersRequest(body=body)).job_id)
    assert refusal(lambda: shown(evs, bound)) == (404, "EVS.5404")
    assert shown(evs, free).status == "available"


def test_the_kinds_of_disk_are_listed(evs):
    kinds = evs.cinder_list_volume_types(CinderListVolumeTypesRequest()).volume_types
    assert "SSD" in [one.name for one in kinds]
    assert len({one.id for one in kinds}) == len(kinds)
