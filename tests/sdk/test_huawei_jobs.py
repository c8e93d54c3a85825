"""Orders that return a job: power, create, delete, resize, reinstall."""

import uuid

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs import v2 as ecs

from support.plane import wait_for
from test_huawei_batch import UNKNOWN, refusal

SERVE = ("--pace", "quick", "--fleet", "12", "--seed", "7")
SUBNET = "157ee789-03ea-45b1-a698-76c92660dd83"


@pytest.fixture
def model(huawei):
    """A server to copy from: what the fleet is made of."""
    return huawei.server(huawei.ids(1)[0])


def settle(huawei, ids, status):
    """Brings servers into a status by the vendor's own means."""
    wrong = [one for one in ids if huawei.server(one).status != status]
    if wrong:
        huawei.succeeded(huawei.start(wrong) if status == "ACTIVE" else huawei.stop(wrong, "HARD"))
    assert {huawei.server(one).status for one in ids} == {status}


def new_server(model, name, **more):
    return ecs.PostPaidServer(
        name=name, image_ref=model.image.id, flavor_ref=model.flavor.id,
        vpcid=next(iter(model.addresses)),
        nics=[ecs.PostPaidServerNic(subnet_id=SUBNET)],
        root_volume=ecs.PostPaidServerRootVolume(volumetype="SSD", size=40),
        admin_pass="Regiment@2026", **more)


def create(huawei, server, token=None, dry_run=None):
    body = ecs.CreatePostPaidServersRequestBody(server=server, dry_run=dry_run)
    request = ecs.CreatePostPaidServersRequest(body=body, x_client_token=token)
    return huawei.client.create_post_paid_servers(request)


@pytest.mark.parametrize("kind", ["SOFT", "HARD"])
def test_stop_then_start_runs_a_job_for_each(huawei, kind):
    ids = huawei.ids(4)
    settle(huawei, ids, "ACTIVE")

    job = huawei.succeeded(huawei.stop(ids, kind))
    assert job.entities.sub_jobs_total == 4
    assert [sub.entities.server_id for sub in job.entities.sub_jobs] == ids
    assert {sub.status for sub in job.entities.sub_jobs} == {"SUCCESS"}
    assert job.end_time > job.begin_time
    assert {huawei.server(one).status for one in ids} == {"SHUTOFF"}

    huawei.succeeded(huawei.start(ids))
    assert {huawei.server(one).status for one in ids} == {"ACTIVE"}


@pytest.mark.parametrize("kind", ["SOFT", "HARD"])
def test_a_reboot_ends_running(huawei, kind):
    ids = huawei.ids(3)
    settle(huawei, ids, "ACTIVE")
    before = {one: huawei.server(one).os_srv_us_glaunched_at for one in ids}
    huawei.succeeded(huawei.reboot(ids, kind))
    for one in ids:
        server = huawei.server(one)
        assert server.status == "ACTIVE"
        assert server.os_srv_us_glaunched_at > before[one]


def test_a_job_is_running_before_it_ends(start_plane):
    from support.huawei import Huawei
    slow = Huawei(start_plane("--pace", "realistic", "--fleet", "2"))
    ids = slow.ids()
    job = slow.job(slow.reboot(ids))
    assert job.status in ("INIT", "RUNNING")
    assert job.end_time == ""
    assert {sub.status for sub in job.entities.sub_jobs} <= {"INIT", "RUNNING"}
    assert slow.server(ids[0]).status == "REBOOT"
    assert slow.server(ids[0]).os_ext_st_stask_state
    # A server in use is refused, and only that server.
    again = slow.job(slow.start([ids[0]]))
    assert again.status == "FAIL"
    assert [sub.error_code for sub in again.entities.sub_jobs] == ["Ecs.0603"]
    assert not slow.recorder.broken, "\n".join(slow.recorder.broken)


def test_a_partly_failed_job_names_the_failed_and_why(huawei):
    ids = huawei.ids(2)
    settle(huawei, ids, "ACTIVE")
    job = huawei.finished(huawei.stop([ids[0], UNKNOWN, ids[1]]))
    assert job.status == "FAIL"
    assert job.error_code == "Common.0021"
    assert job.fail_reason
    good, bad, other = job.entities.sub_jobs
    assert [sub.status for sub in (good, bad, other)] == ["SUCCESS", "FAIL", "SUCCESS"]
    assert bad.entities.server_id == UNKNOWN
    assert bad.error_code in ("Ecs.0114", "Ecs.0614")
    assert bad.fail_reason
    assert good.error_code is None
    assert {huawei.server(one).status for one in ids} == {"SHUTOFF"}


def test_power_orders_for_unknown_servers_alone_make_no_job(huawei):
    status, code, _ = refusal(lambda: huawei.start([UNKNOWN]))
    assert (status, code) == (404, "Ecs.0614")


def test_starting_a_running_server_is_a_success_without_work(huawei):
    ids = huawei.ids(1)
    settle(huawei, ids, "ACTIVE")
    before = huawei.server(ids[0]).os_srv_us_glaunched_at
    huawei.succeeded(huawei.start(ids))
    assert huawei.server(ids[0]).os_srv_us_glaunched_at == before


def test_an_unknown_job_is_said_to_be_unknown(huawei):
    status, code, _ = refusal(lambda: huawei.job("ff8080820000000000000000deadbeef"))
    assert (status, code) == (400, "Common.0011")


def test_three_servers_are_created_and_become_active(huawei, model):
    answer = create(huawei, new_server(model, "trio", count=3))
    assert len(set(answer.server_ids)) == 3
    for one in answer.server_ids:
        try:
            assert huawei.server(one).status in ("BUILD", "ACTIVE")
        except ClientRequestException as absent:
            assert absent.status_code == 404
            assert absent.error_code == "Ecs.0114"
    job = huawei.succeeded(answer.job_id)
    assert job.job_type == "createServer"
    assert {sub.job_type for sub in job.entities.sub_jobs} == {"createSingleServer"}
    assert [sub.entities.server_id for sub in job.entities.sub_jobs] == answer.server_ids
    made = [huawei.server(one) for one in answer.server_ids]
    assert {server.status for server in made} == {"ACTIVE"}
    assert [server.name for server in made] == ["trio-0001", "trio-0002", "trio-0003"]
    assert {server.flavor.id for server in made} == {model.flavor.id}


def test_one_created_server_has_its_plain_name_and_sub_jobs(huawei, model):
    answer = create(huawei, new_server(model, "solo"))
    job = huawei.succeeded(answer.job_id)
    assert len(job.entities.sub_jobs) == 1
    assert huawei.server(answer.server_ids[0]).name == "solo"


def test_the_newer_create_path_answers_alike(huawei, model):
    server = ecs.PrePaidServer(
        name="newer", image_ref=model.image.id, flavor_ref=model.flavor.id,
        vpcid=next(iter(model.addresses)),
        nics=[ecs.PrePaidServerNic(subnet_id=SUBNET)],
        root_volume=ecs.PrePaidServerRootVolume(volumetype="SSD", size=40),
        extendparam=ecs.PrePaidServerExtendParam(charging_mode="postPaid"))
    request = ecs.CreateServersRequest(body=ecs.CreateServersRequestBody(server=server))
    answer = huawei.client.create_servers(request)
    huawei.succeeded(answer.job_id)
    assert huawei.server(answer.server_ids[0]).status == "ACTIVE"


def test_a_client_token_leads_to_the_first_answer(huawei, model):
    token = str(uuid.uuid4())
    first = create(huawei, new_server(model, "once"), token)
    again = create(huawei, new_server(model, "once"), token)
    assert (again.job_id, again.server_ids) == (first.job_id, first.server_ids)
    status, code, _ = refusal(lambda: create(huawei, new_server(model, "other"), token))
    assert (status, code) == (400, "Ecs.0122")
    status, code, _ = refusal(lambda: create(huawei, new_server(model, "once"), "not-a-uuid"))
    assert (status, code) == (400, "Ecs.0123")
    huawei.succeeded(first.job_id)
    assert [server.name for server in huawei.servers(name="once")] == ["once"]


def test_a_dry_run_creates_nothing(huawei, model):
    before = len(huawei.ids())
    create(huawei, new_server(model, "never"), dry_run=True)
    assert huawei.raw.status == 202
    assert len(huawei.ids()) == before
    bad = new_server(model, "never")
    bad.flavor_ref = "no.such.flavor"
    status, code, _ = refusal(lambda: create(huawei, bad, dry_run=True))
    assert (status, code) == (400, "Ecs.0029")


def test_create_refuses_what_cannot_be(huawei, model):
    for change, code in [
        ({"flavor_ref": "no.such.flavor"}, "Ecs.0029"),
        ({"image_ref": UNKNOWN}, "Ecs.0031"),
        ({"admin_pass": "weak"}, "Ecs.0011"),
        ({"count": 101}, "Ecs.0913"),
    ]:
        server = new_server(model, "refused")
        for key, value in change.items():
            setattr(server, key, value)
        assert refusal(lambda: create(huawei, server))[:2] == (400, code), change


def test_deleted_servers_are_gone(huawei, model):
    answer = create(huawei, new_server(model, "brief", count=2))
    huawei.succeeded(answer.job_id)
    job = huawei.succeeded(huawei.delete(answer.server_ids))
    assert len(job.entities.sub_jobs) == 2
    for one in answer.server_ids:
        status, code, _ = refusal(lambda one=one: huawei.server(one))
        assert (status, code) == (404, "Ecs.0114")
    assert not set(answer.server_ids) & set(huawei.ids())


def flavors(huawei):
    return huawei.client.list_flavors(ecs.ListFlavorsRequest()).flavors


def another_flavor(huawei, server, bigger=True):
    size = lambda flavor: (int(flavor.vcpus), flavor.ram)
    now = next(flavor for flavor in flavors(huawei) if flavor.id == server.flavor.id)
    fit = [one for one in flavors(huawei) if (size(one) > size(now)) == bigger and size(one) != size(now)]
    return min(fit, key=size).id


def resize(huawei, one, flavor, mode=None, dry_run=None):
    option = ecs.ResizePostPaidServerOption(flavor_ref=flavor, mode=mode)
    body = ecs.ResizePostPaidServerRequestBody(resize=option, dry_run=dry_run)
    request = ecs.ResizePostPaidServerRequest(server_id=one, body=body)
    return huawei.client.resize_post_paid_server(request)


def test_a_resize_needs_a_stopped_server_or_leave_to_stop_it(huawei):
    (one,) = huawei.ids(1)
    settle(huawei, [one], "ACTIVE")
    flavor = another_flavor(huawei, huawei.server(one))
    assert refusal(lambda: resize(huawei, one, flavor))[:2] == (400, "Ecs.0100")
    huawei.succeeded(resize(huawei, one, flavor, mode="withStopServer").job_id)
    server = huawei.server(one)
    assert (server.flavor.id, server.status) == (flavor, "ACTIVE")
    status, code, _ = refusal(lambda: resize(huawei, one, flavor, mode="withStopServer"))
    assert status == 400
    assert code in ("Ecs.0009", "Ecs.0810")


def test_the_newer_resize_path_and_its_dry_run(huawei):
    (one,) = huawei.ids(1)
    settle(huawei, [one], "SHUTOFF")
    flavor = another_flavor(huawei, huawei.server(one))

    def newer(dry_run=None):
        option = ecs.ResizePrePaidServerOption(flavor_ref=flavor)
        body = ecs.ResizeServerRequestBody(resize=option, dry_run=dry_run)
        return huawei.client.resize_server(ecs.ResizeServerRequest(server_id=one, body=body))

    newer(dry_run=True)
    assert huawei.raw.status == 202
    assert huawei.server(one).flavor.id != flavor
    huawei.succeeded(newer().job_id)
    server = huawei.server(one)
    assert (server.flavor.id, server.status) == (flavor, "SHUTOFF")


def same_flavor(huawei, count):
    """Some servers of one flavor, stopped."""
    by_flavor = {}
    for server in huawei.servers():
        by_flavor.setdefault(server.flavor.id, []).append(server.id)
    ids = next(ids for ids in by_flavor.values() if len(ids) >= count)[:count]
    settle(huawei, ids, "SHUTOFF")
    return ids


def test_a_batch_resize_is_accepted_with_both_answers(huawei):
    ids = same_flavor(huawei, 2)
    flavor = another_flavor(huawei, huawei.server(ids[0]))
    answer = huawei.batch_resize(ids, flavor)
    body = huawei.raw.body
    assert huawei.raw.status == 200
    assert body["job_id"] == answer.job_id
    assert body["response"] == [{"id": one} for one in ids]
    huawei.succeeded(answer.job_id)
    assert {huawei.server(one).flavor.id for one in ids} == {flavor}


def test_a_batch_resize_is_refused_as_a_whole(huawei):
    ids = same_flavor(huawei, 2)
    old = huawei.server(ids[0]).flavor.id
    flavor = another_flavor(huawei, huawei.server(ids[0]))
    assert refusal(lambda: huawei.batch_resize([*ids, UNKNOWN], flavor))[:2] == (400, "Ecs.0611")
    assert [one["id"] for one in huawei.raw.body["internalError"]] == [UNKNOWN]
    assert "job_id" not in huawei.raw.body
    assert {huawei.server(one).flavor.id for one in ids} == {old}
    many = [str(uuid.uuid4()) for _ in range(51)]
    assert refusal(lambda: huawei.batch_resize(many, flavor))[:2] == (400, "Ecs.0118")


def reinstall(huawei, one, path, **more):
    if path == "v2":
        option = ecs.ReinstallServerWithCloudInitOption(**more)
        body = ecs.ReinstallServerWithCloudInitRequestBody(os_reinstall=option)
        request = ecs.ReinstallServerWithCloudInitRequest(server_id=one, body=body)
        return huawei.client.reinstall_server_with_cloud_init(request).job_id
    option = ecs.ReinstallServerWithoutCloudInitOption(**more)
    body = ecs.ReinstallServerWithoutCloudInitRequestBody(os_reinstall=option)
    request = ecs.ReinstallServerWithoutCloudInitRequest(server_id=one, body=body)
    return huawei.client.reinstall_server_without_cloud_init(request).job_id


@pytest.mark.parametrize("path", ["v1", "v2"])
def test_a_reinstall_runs_on_a_stopped_server(huawei, path):
    (one,) = huawei.ids(1)
    settle(huawei, [one], "SHUTOFF")
    job = huawei.succeeded(reinstall(huawei, one, path, adminpass="Regiment@2026"))
    assert [sub.entities.server_id for sub in job.entities.sub_jobs] == [one]
    settle(huawei, [one], "ACTIVE")
    assert refusal(lambda: reinstall(huawei, one, path, adminpass="Regiment@2026"))[:2] == (400, "Ecs.0100")
    huawei.succeeded(reinstall(huawei, one, path, adminpass="Regiment@2026", mode="withStopServer"))


# Images every new plane offers: Ubuntu 24.04 and Debian 12. There is no list of images in this API.
OTHER_IMAGES = {"v1": "90b53ad7-c214-4c8e-b1f0-47e298d61a22", "v2": "4ac90d12-e85f-4b37-9c64-0f1ba3d75c44"}


@pytest.mark.parametrize("path", ["v1", "v2"])
def test_a_change_of_system_changes_the_image(huawei, path):
    (one,) = huawei.ids(1)
    image = OTHER_IMAGES[path]
    assert huawei.server(one).image.id != image
    settle(huawei, [one], "SHUTOFF")
    if path == "v2":
        option = ecs.ChangeServerOsWithCloudInitOption(imageid=image, adminpass="Regiment@2026")
        request = ecs.ChangeServerOsWithCloudInitRequest(
            server_id=one, body=ecs.ChangeServerOsWithCloudInitRequestBody(os_change=option))
        answer = huawei.client.change_server_os_with_cloud_init(request)
    else:
        option = ecs.ChangeServerOsWithoutCloudInitOption(imageid=image, adminpass="Regiment@2026")
        request = ecs.ChangeServerOsWithoutCloudInitRequest(
            server_id=one, body=ecs.ChangeServerOsWithoutCloudInitRequestBody(os_change=option))
        answer = huawei.client.change_server_os_without_cloud_init(request)
    huawei.succeeded(answer.job_id)
    wait_for(lambda: huawei.server(one).image.id, lambda seen: seen == image, "the new image")


def test_a_change_to_an_unknown_image_is_refused(huawei):
    (one,) = huawei.ids(1)
    option = ecs.ChangeServerOsWithCloudInitOption(imageid=UNKNOWN, adminpass="Regiment@2026")
    request = ecs.ChangeServerOsWithCloudInitRequest(
        server_id=one, body=ecs.ChangeServerOsWithCloudInitRequestBody(os_change=option))
    call = lambda: huawei.client.change_server_os_with_cloud_init(request)
    assert refusal(call)[:2] == (400, "Ecs.0031")
