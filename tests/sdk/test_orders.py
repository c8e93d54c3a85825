"""Orders on vendors' own calls, in the header X-Regiment-Orders: waves, a failure limit, a start and a
deadline, rehearsals. What became of it is asked by each vendor's own means."""

import json
from datetime import datetime, timedelta, timezone
from urllib.request import Request, urlopen

import pytest
from QcloudApi.qcloudapi import QcloudApi
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs import v2 as ecs
from tencentcloud.cvm.v20170312 import models

from support.huawei import refs
from support.plane import wait_for
from support.tencent import Tencent, setting
from support.tencent_v3 import TencentV3, refusal as refusal_v3
from support.vpc import networks

HEADER = "X-Regiment-Orders"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
ZONES = ("cn-north-4a", "cn-north-4b", "cn-north-4c")
# No host takes anybody in any more: what is to be made fails for want of room.
HOSTS = ",".join(f"{zone}-host-{number}" for zone in ZONES for number in range(1, 21))
SERVE = ("--pace", "quick", "--fleet", "60", "--seed", "31", "--maintain", HOSTS)


@pytest.fixture
def cloud(plane):
    return TencentV3(plane)


def order_stop(huawei, ids, orders):
    option = ecs.BatchStopServersOption(servers=refs(ids), type="SOFT")
    request = ecs.BatchStopServersRequest(body=ecs.BatchStopServersRequestBody(os_stop=option))
    return huawei.client.batch_stop_servers_invoker(request).add_header(HEADER, orders).invoke()


def order_create(huawei, count, orders):
    """Servers in zones whose hosts take nobody in: each of them fails."""
    server = ecs.PostPaidServer(
        name="late", flavor_ref="s6.small.1", image_ref=huawei.server(huawei.ids(1)[0]).image.id,
        count=count, vpcid=networks(huawei.plane)[0].vpc,
        nics=[ecs.PostPaidServerNic(subnet_id=networks(huawei.plane)[0].subnet)],
        root_volume=ecs.PostPaidServerRootVolume(volumetype="SSD"))
    body = ecs.CreatePostPaidServersRequestBody(server=server)
    request = ecs.CreatePostPaidServersRequest(body=body)
    return huawei.client.create_post_paid_servers_invoker(request).add_header(HEADER, orders).invoke()


def refused(call):
    with pytest.raises(ClientRequestException) as raised:
        call()
    return raised.value.status_code, raised.value.error_code, raised.value.error_msg


def running(huawei, count):
    """Running servers, whatever the tests before have left."""
    ids = [one.id for one in huawei.servers() if one.status != "ERROR"][:count]
    huawei.succeeded(huawei.start(ids))
    return ids


def told(sub):
    return sub.status, sub.error_code


def moment(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def test_each_wave_of_a_stop_begins_when_the_one_before_has_ended(huawei):
    ids = running(huawei, 10)
    job = huawei.succeeded(order_stop(huawei, ids, "waves=1,30%,100%; pause=100ms; concurrency=4").job_id)
    subs = job.entities.sub_jobs
    assert [sub.entities.server_id for sub in subs] == ids
    waves = [subs[:1], subs[1:4], subs[4:]]
    for before, after in zip(waves, waves[1:]):
        end = max(moment(sub.end_time) for sub in before)
        assert min(moment(sub.begin_time) for sub in after) >= end + timedelta(milliseconds=100)
    assert {huawei.server(one).status for one in ids} == {"SHUTOFF"}


def test_a_batch_stops_at_its_failure_limit_and_the_job_query_says_who_was_not_begun(huawei):
    made = order_create(huawei, 8, "waves=1,50%,100%; concurrency=2; max_failures=2")
    job = huawei.finished(made.job_id)
    assert (job.status, job.error_code) == ("FAIL", "Common.0021")
    subs = job.entities.sub_jobs
    # The third failure is one too many; whatever ran beside it was done to its end.
    failed = sum(sub.error_code == "Ecs.0219" for sub in subs)
    assert failed in (3, 4)
    assert [told(sub) for sub in subs] == [
        *[("FAIL", "Ecs.0219")] * failed, *[("FAIL", "Common.0999")] * (8 - failed)]
    assert job.fail_reason == f"{failed} of 8 sub-jobs failed, {8 - failed} were cancelled."
    assert all(sub.end_time and "too many others failed" in sub.fail_reason for sub in subs[failed:])
    assert [sub.entities.server_id for sub in subs] == made.server_ids
    assert {huawei.server(one).status for one in made.server_ids} == {"ERROR"}
    # Nothing holds them.
    huawei.succeeded(huawei.delete(made.server_ids))


def test_as_many_failures_as_are_allowed_stop_nothing(huawei):
    made = order_create(huawei, 4, "waves=1; max_failures=100%")
    job = huawei.finished(made.job_id)
    assert [told(sub) for sub in job.entities.sub_jobs] == [("FAIL", "Ecs.0219")] * 4
    assert job.fail_reason == "4 of 4 sub-jobs failed."
    huawei.succeeded(huawei.delete(made.server_ids))


def test_a_failure_is_tried_again_before_it_counts(huawei):
    made = order_create(huawei, 2, "retry=2; backoff=300ms; max_failures=0")
    wait_for(lambda: huawei.job(made.job_id), lambda job: all(
        sub.status == "RUNNING" for sub in job.entities.sub_jobs), "both to be tried")
    job = huawei.finished(made.job_id)
    for sub in job.entities.sub_jobs:
        assert told(sub) == ("FAIL", "Ecs.0219")
        # It waited 300 ms, then twice as long.
        assert moment(sub.end_time) - moment(sub.begin_time) >= timedelta(milliseconds=900)
    huawei.succeeded(huawei.delete(made.server_ids))


def test_nothing_begins_before_its_time_and_nothing_after_the_deadline(huawei):
    ids = running(huawei, 3)
    at = datetime.now(timezone.utc) + timedelta(seconds=1)
    orders = f"start_at={at.isoformat()}; waves=1; pause=1h; deadline=+3s"
    job_id = order_stop(huawei, ids, orders).job_id
    assert huawei.job(job_id).status in ("INIT", "RUNNING")
    job = huawei.finished(job_id)
    first, *rest = job.entities.sub_jobs
    assert first.status == "SUCCESS"
    assert moment(first.begin_time).replace(tzinfo=timezone.utc) >= at - timedelta(milliseconds=1)
    assert [told(sub) for sub in rest] == [("FAIL", "Common.0999")] * 2
    assert all("deadline" in sub.fail_reason for sub in rest)
    assert (job.error_code, job.fail_reason) == ("Common.0999", "2 of 3 sub-jobs were cancelled.")
    assert [huawei.server(one).status for one in ids] == ["SHUTOFF", "ACTIVE", "ACTIVE"]


def test_a_rehearsal_tells_every_verdict_and_does_nothing(huawei):
    ids = running(huawei, 2)
    answer = order_stop(huawei, ids, "waves=1; dry_run")
    assert answer.job_id is None
    assert huawei.raw.body == {"response": [{"id": one} for one in ids]}
    status, code, _ = refused(lambda: order_stop(huawei, [ids[0], UNKNOWN], "dry_run"))
    assert (status, code) == (400, "Ecs.0611")
    (failed,) = huawei.raw.body["internalError"]
    assert (failed["id"], failed["error_code"]) == (UNKNOWN, "Ecs.0614")
    assert {huawei.server(one).status for one in ids} == {"ACTIVE"}


@pytest.mark.parametrize(("orders", "why"), [
    ("wave=1", "there is no order named wave"),
    ("concurrency=0", "concurrency must be at least 1"),
    ("pause=10s", "pause and hold stand between waves, and there are none"),
    ("deadline=2020-01-01T00:00:00Z", "deadline must be after start_at and not be past"),
])
def test_orders_that_cannot_be_carried_out_are_refused_by_each_cloud_in_its_way(
        huawei, tencent, cloud, orders, why):
    (one,) = running(huawei, 1)
    status, code, message = refused(lambda: order_stop(huawei, [one], orders))
    assert (status, code) == (400, "Ecs.0005") and why in message
    name = tencent.instances()[0]["unInstanceId"]
    answer = signed(tencent, orders, "StopInstances", instanceIds=[name])
    assert (answer["code"], answer["codeDesc"]) == (4000, "InvalidParameter") and why in answer["message"]
    code, message = refusal_v3(lambda: stop_v3(cloud, [name], orders))
    assert code == "InvalidParameterValue" and why in message
    assert huawei.server(one).status == "ACTIVE"


# Tencent Cloud.


def signed(tencent: Tencent, orders, action, **parameters):
    """One call of API 2.0, signed by the SDK, which sends no headers of ours: so we send it."""
    config = {**tencent.config, "endpoint": tencent.plane.host}
    url = QcloudApi(tencent.module, config).generateUrl(action, parameters)
    with setting("SSL_CERT_FILE", tencent.plane.ca_file):
        return json.load(urlopen(Request(url.replace("https://", "http://", 1), headers={HEADER: orders})))


def stop_v3(cloud, ids, orders):
    request = models.StopInstancesRequest()
    request.InstanceIds = ids
    request.headers = {HEADER: orders}
    return cloud.cvm.StopInstances(request)


def test_a_batch_task_that_was_stopped_says_so_for_each_instance(tencent):
    names = [one["unInstanceId"] for one in tencent.instances() if one["status"] == 2][:3]
    answer = signed(tencent, "waves=1; pause=1h; deadline=+2s", "StopInstances", instanceIds=names)
    assert answer["code"] == 0, answer
    numbers = [answer["detail"][name]["requestId"] for name in names]
    result = lambda number: tencent.good("DescribeTaskResult", requestId=number)["data"]
    ended = [wait_for(lambda number=number: result(number), lambda seen: seen["status"] != 2,
                      f"the end of task {number}") for number in numbers]
    assert [one["status"] for one in ended] == [0, 1, 1]
    assert {one["code"] for one in ended[1:]} == {5100}
    assert all("its deadline passed" in one["message"] for one in ended[1:])
    tencent.all_reach(names[:1], 4)
    tencent.all_reach(names[1:], 2)
    answer = signed(tencent, "dry_run", "StopInstances", instanceIds=names)
    assert answer["code"] == 5400 and answer["detail"][names[0]]["code"] == 5100
    assert all("requestId" not in one for one in answer["detail"].values())
    tencent.good("StartInstances", instanceIds=names[:1])
    tencent.all_reach(names, 2)


def test_an_instance_that_was_not_begun_says_so_in_its_latest_operation(cloud):
    names = [one.InstanceId for one in cloud.instances() if one.InstanceState == "RUNNING"][:3]
    code, _ = refusal_v3(lambda: stop_v3(cloud, names, "dry_run"))
    assert code == "DryRunOperation"
    call = stop_v3(cloud, names, "waves=2; pause=1h; deadline=+2s").RequestId
    waiting = cloud.instance(names[2])
    assert (waiting.LatestOperationState, waiting.LatestOperationRequestId) == ("OPERATING", call)
    ended = [cloud.done(one, call) for one in names]
    assert [one.LatestOperationState for one in ended] == ["SUCCESS", "SUCCESS", "FAILED"]
    assert "its deadline passed" in ended[2].LatestOperationErrorMsg
    assert [one.InstanceState for one in ended] == ["STOPPED", "STOPPED", "RUNNING"]
    cloud.call("StartInstances", InstanceIds=names[:2])
    for one in names:
        cloud.reaches(one, "RUNNING")
