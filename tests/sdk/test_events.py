"""Following events as a program does: server-sent events over plain HTTP, dropped and resumed."""

import json

import pytest
import requests

from support.plane import PATIENCE_S
from test_native import Native

SERVE = ("--pace", "quick", "--fleet", "300")


def events(native, last=None, **parameters):
    """Events until the stream ends or the caller has enough; also ids that stand alone."""
    headers = {"Last-Event-ID": str(last)} if last is not None else {}
    with native.session.get(f"{native.root}/events", params=parameters, headers=headers,
                            stream=True, timeout=PATIENCE_S) as answer:
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "text/event-stream"
        fields = {}
        for line in answer.iter_lines(chunk_size=None, decode_unicode=True):
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            else:
                yield int(fields["id"]), fields.get("event"), json.loads(fields.get("data", "null"))
                fields = {}


@pytest.fixture
def native(plane):
    return Native(plane)


def test_a_dropped_stream_misses_nothing_and_repeats_nothing(native):
    last, kind, data = next(events(native))
    assert (kind, data) == (None, None), "an id alone says where the stream begins"
    job = native.order(operation="reboot", select={"name": "server-*"}).json()["job"]
    seen, ended, pieces = [], False, 0
    while not ended:
        pieces += 1
        for count, (last, kind, data) in enumerate(events(native, last)):
            if kind is not None:
                assert (data["id"], data["kind"], data["job_id"]) == (str(last), kind, job["id"])
                seen.append(data)
                ended = kind == "job_ended"
            if ended or count == 40:
                break
    assert pieces > 10
    numbers = [int(event["id"]) for event in seen]
    assert numbers == list(range(numbers[0], numbers[0] + 602))
    ends = [event for event in seen if event["kind"] == "sub_job_ended"]
    assert {event["target"]["id"] for event in ends} == {
        server["id"] for server in native.get("servers", limit=1000)["servers"]}
    assert seen[-1]["state"] == native.get(f"jobs/{job['id']}")["state"] == "all_succeeded"


def test_what_is_told_is_what_is_shown(native):
    last, _, _ = next(events(native))
    servers = [server["id"] for server in native.get("servers", limit=2)["servers"]]
    job = native.ended(native.order(operation="reboot", servers=[*servers, "nowhere"]).json()["job"])
    parts = native.get(f"jobs/{job['id']}/sub-jobs")["sub_jobs"]
    told = {}
    for _, kind, data in events(native, last, job=job["id"], kind=["sub_job_ended", "job_ended"]):
        if kind == "job_ended":
            assert data["state"] == job["state"] == "some_failed"
            break
        if kind is not None:
            told[data["sub_job_id"]] = data
    assert told.keys() == {part["id"] for part in parts}
    for part in parts:
        event = told[part["id"]]
        assert (event["target"], event["state"], event["fault"]) == (
            part["target"], part["state"], part["fault"])
        assert event["operation"] == "reboot"
    of_one = events(native, last, server=servers[0])
    kinds = [kind for _, kind, _ in (next(of_one) for _ in range(3))]
    assert kinds == [None, "sub_job_started", "sub_job_ended"]


def test_what_is_not_kept_is_refused_in_words(native):
    answer = native.session.get(f"{native.root}/events", headers={"Last-Event-ID": "99999999"},
                                timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()["code"]) == (410, "EventsGone")
    assert "the newest is" in answer.json()["detail"]
    answer = native.session.get(f"{native.root}/events", params={"kind": "x"}, timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidRequest")
    assert requests.get(f"{native.root}/events", timeout=PATIENCE_S).status_code == 401
