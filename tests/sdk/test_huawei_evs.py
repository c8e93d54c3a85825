"""Disks with a life of their own, by the disk service's SDK: made, attached, extended, deleted."""

import uuid

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs.v2 import (
    AttachServerVolumeOption, AttachServerVolumeRequest, AttachServerVolumeRequestBody,
    DetachServerVolumeRequest,
)
from huaweicloudsdkevs.v2 import (
    BssParamForCreateVolume, CreateVolumeOption, CreateVolumeRequest, CreateVolumeRequestBody,
    DeleteVolumeRequest, EvsClient, ListVolumesRequest, OsExtend, ResizeVolumeRequest,
    ResizeVolumeRequestBody, ShowJobRequest, ShowVolumeRequest,
)

from support.plane import wait_for

SERVE = ("--pace", "quick", "--fleet", "6")


def client(plane):
    credentials = BasicCredentials(plane.access_key, plane.secret_key, plane.project_id)
    return EvsClient.new_builder().with_credentials(credentials).with_endpoint(plane.endpoint).build()


@pytest.fixture
def evs(plane):
    return client(plane)


@pytest.fixture
def server(huawei):
    """A server, and the zone it is in."""
    one = huawei.servers()[0]
    return one.id, one.os_ext_a_zavailability_zone


def create(evs, zone, token=None, paid=None, **more):
    option = CreateVolumeOption(**{
        "availability_zone": zone, "size": 20, "volume_type": "SSD", "name": "data", **more})
    body = CreateVolumeRequestBody(volume=option, bss_param=paid)
    return evs.create_volume(CreateVolumeRequest(x_client_token=token, body=body))


def ended(evs, job):
    return wait_for(lambda: evs.show_job(ShowJobRequest(job_id=job)),
                    lambda seen: seen.status in ("SUCCESS", "FAIL"), "the job to end")


def shown(evs, disk):
    return evs.show_volume(ShowVolumeRequest(volume_id=disk)).volume


def refusal(call):
    with pytest.raises(ClientRequestException) as raised:
        call()
    return raised.value.status_code, raised.value.error_code


def test_a_disk_lives_from_creation_to_deletion(huawei, evs, server):
    server, zone = server
    before = evs.list_volumes(ListVolumesRequest()).count
    made = create(evs, zone, metadata={"hw:passthrough": "true"}, tags={"team": "core"})
    (disk,) = made.volume_ids
    assert shown(evs, disk).status in ("creating", "available")
    job = ended(evs, made.job_id)
    assert (job.status, job.job_type, job.entities.volume_id, job.entities.size) == (
        "SUCCESS", "createVolume", disk, 20)
    there = shown(evs, disk)
    assert (there.status, there.size, there.tags, there.metadata["hw:passthrough"]) == (
        "available", 20, {"team": "core"}, "true")
    assert evs.list_volumes(ListVolumesRequest()).count == before + 1

    extend = ResizeVolumeRequestBody(os_extend=OsExtend(new_size=30))
    job = evs.resize_volume(ResizeVolumeRequest(volume_id=disk, body=extend)).job_id
    assert ended(evs, job).job_type == "extendVolume"
    assert shown(evs, disk).size == 30
    assert refusal(lambda: evs.resize_volume(ResizeVolumeRequest(volume_id=disk, body=extend))) == (
        400, "EVS.1015")

    option = AttachServerVolumeOption(volume_id=disk)
    huawei.succeeded(huawei.client.attach_server_volume(AttachServerVolumeRequest(
        server_id=server, body=AttachServerVolumeRequestBody(volume_attachment=option))).job_id)
    there = shown(evs, disk)
    assert (there.status, there.attachments[0].server_id) == ("in-use", server)
    assert refusal(lambda: evs.delete_volume(DeleteVolumeRequest(volume_id=disk))) == (
        400, "EVS.5400")
    huawei.succeeded(huawei.client.detach_server_volume(
        DetachServerVolumeRequest(server_id=server, volume_id=disk)).job_id)

    job = ended(evs, evs.delete_volume(DeleteVolumeRequest(volume_id=disk)).job_id)
    assert (job.status, job.job_type, job.entities.volume_id) == ("SUCCESS", "deleteVolume", disk)
    assert refusal(lambda: shown(evs, disk)) == (404, "EVS.5404")
    assert evs.list_volumes(ListVolumesRequest()).count == before


def test_several_are_made_at_once(evs, server):
    _, zone = server
    made = create(evs, zone, count=3, name="many", multiattach=True)
    job = ended(evs, made.job_id)
    assert job.job_type == "batchCreateVolume"
    assert [one.entities.volume_id for one in job.entities.sub_jobs] == made.volume_ids
    assert [shown(evs, one).name for one in made.volume_ids] == [
        "many-0001", "many-0002", "many-0003"]
    assert {shown(evs, one).multiattach for one in made.volume_ids} == {True}


def test_a_token_makes_disks_once_and_an_order_has_no_job(evs, server):
    _, zone = server
    token = str(uuid.uuid4())
    first = create(evs, zone, token=token)
    assert create(evs, zone, token=token).to_dict() == first.to_dict()
    assert refusal(lambda: create(evs, zone, token=token, size=21)) == (400, "Ecs.0122")
    paid = BssParamForCreateVolume(charging_mode="prePaid", period_type="month", period_num=1)
    ordered = create(evs, zone, paid=paid)
    assert ordered.order_id.startswith("CS") and ordered.job_id is None
    wait_for(lambda: shown(evs, ordered.volume_ids[0]), lambda seen: seen.status == "available",
             "the disk to be made")


def test_what_cannot_be_made_is_refused(evs, server):
    _, zone = server
    for change, expected in [
        ({"size": 9}, (400, "EVS.1010")),
        ({"volume_type": "FAST"}, (400, "EVS.5400")),
        ({"availability_zone": "nowhere"}, (400, "EVS.5400")),
        ({"name": "x" * 256}, (400, "EVS.1003")),
        ({"snapshot_id": str(uuid.uuid4())}, (404, "EVS.5404")),
        ({"volume_type": "GPSSD2"}, (400, "EVS.5400")),
    ]:
        assert refusal(lambda: create(evs, zone, **change)) == expected, change
