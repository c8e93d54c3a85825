"""Servers on a host that is taken out of service are told, and their owner chooses when they move."""

from datetime import datetime, timedelta, timezone

from huaweicloudsdkecs import v2 as ecs

from support.plane import wait_for
from test_huawei_batch import UNKNOWN, refusal
from test_huawei_lifecycle import redeploy

HOST = "cn-north-4a-host-1"
# One host of six leaves, so it has eight of these servers.
SERVE = ("--pace", "quick", "--fleet", "48", "--seed", "12", "--maintain", f"{HOST}:48h")


def listed(huawei, **filters):
    return huawei.client.list_scheduled_events(ecs.ListScheduledEventsRequest(**filters))


def events(huawei, **filters):
    return listed(huawei, **filters).events


def shown(huawei, event):
    return events(huawei, id=event)[0]


def accept(huawei, event, not_before=None):
    body = ecs.ScheduledEventAcceptBody(not_before=not_before)
    huawei.client.accept_scheduled_event(ecs.AcceptScheduledEventRequest(id=event, body=body))


def update(huawei, event, not_before):
    body = ecs.ScheduledEventUpdateBody(not_before=not_before)
    huawei.client.update_scheduled_event(ecs.UpdateScheduledEventRequest(id=event, body=body))


def in_hours(hours):
    return (datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def inquiring(huawei):
    return events(huawei, state=["inquiring"])[0]


def over(huawei, event):
    return wait_for(lambda: shown(huawei, event),
                    lambda seen: seen.state in ("completed", "failed"), f"the end of {event}")


def test_the_servers_on_the_host_are_told(huawei):
    told = events(huawei, limit=100)
    assert len(told) == 8 and len({event.instance_id for event in told}) == 8
    assert len({huawei.server(event.instance_id).os_ext_srv_att_rhost for event in told}) == 1
    assert {(event.type, event.source.type) for event in told} == {("instance-redeploy", "platform")}
    assert len({event.source.host_scheduled_event_id for event in told}) == 1

    pages, marker = [], None
    while True:
        page = listed(huawei, limit=3, marker=marker)
        pages.append([event.id for event in page.events])
        marker = page.page_info.next_marker
        if marker is None:
            break
    assert [len(page) for page in pages] == [3, 3, 2]
    assert sum(pages, []) == [event.id for event in told]

    first = told[0]
    pair = [first.instance_id, told[1].instance_id]
    assert {event.instance_id for event in events(huawei, instance_id=pair)} == set(pair)
    assert events(huawei, publish_since=first.publish_time, id=first.id)
    assert not events(huawei, publish_since=in_hours(1))
    assert not events(huawei, publish_until="2020-01-01T00:00:00Z")
    assert not events(huawei, type=["system-maintenance"])


def test_what_is_accepted_is_done_at_once(huawei):
    event = inquiring(huawei)
    before = huawei.server(event.instance_id)
    accept(huawei, event.id)
    done = over(huawei, event.id)
    assert done.state == "completed" and done.start_time <= done.finish_time
    after = huawei.server(event.instance_id)
    assert after.status == "ACTIVE"
    assert after.os_ext_srv_att_rhost != before.os_ext_srv_att_rhost
    assert after.host_id != before.host_id
    assert refusal(lambda: accept(huawei, event.id))[:2] == (400, "Ecs.0100")


def test_an_owner_chooses_a_time_and_another(huawei):
    event = inquiring(huawei).id
    assert refusal(lambda: update(huawei, event, in_hours(3)))[:2] == (400, "Ecs.0100")
    assert refusal(lambda: accept(huawei, event, in_hours(49)))[:2] == (400, "Ecs.0005")
    first, other = in_hours(2), in_hours(3)
    accept(huawei, event, first)
    assert (shown(huawei, event).state, shown(huawei, event).not_before) == ("scheduled", first)
    update(huawei, event, other)
    assert (shown(huawei, event).state, shown(huawei, event).not_before) == ("scheduled", other)
    assert [one.id for one in events(huawei, state=["scheduled"])] == [event]
    update(huawei, event, in_hours(-1))
    assert over(huawei, event).state == "completed"


def test_who_has_left_already_need_not_go(huawei):
    moved, deleted = events(huawei, state=["inquiring"])[:2]
    huawei.succeeded(redeploy(huawei, moved.instance_id))
    huawei.succeeded(huawei.delete([deleted.instance_id]))
    for event in (moved, deleted):
        assert shown(huawei, event.id).state == "canceled"
    assert refusal(lambda: accept(huawei, moved.id))[:2] == (400, "Ecs.0100")


def test_an_event_that_is_not_there_is_not_found(huawei):
    assert refusal(lambda: accept(huawei, UNKNOWN))[0] == 404
    assert refusal(lambda: update(huawei, UNKNOWN, in_hours(1)))[0] == 404
    assert refusal(lambda: events(huawei, limit=101))[:2] == (400, "Ecs.0005")
    assert refusal(lambda: events(huawei, marker=UNKNOWN))[:2] == (400, "Ecs.0005")
