"""Regiment's own API as a program meets it: plain HTTP and JSON, no SDK."""

import time

import pytest
import requests

from support.plane import PATIENCE_S


class Native:
    """A caller with a bearer token."""

    def __init__(self, plane):
        self.root = f"{plane.endpoint}/regiment/v1"
        self.session = requests.Session()
        keys = {"access_key": plane.access_key, "secret_key": plane.secret_key}
        issued = requests.post(f"{self.root}/tokens", json=keys, timeout=PATIENCE_S)
        assert issued.status_code == 201, issued.text
        self.session.headers["Authorization"] = f"Bearer {issued.json()['token']}"

    def get(self, path, **parameters):
        answer = self.session.get(f"{self.root}/{path}", params=parameters, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def order(self, **order):
        return self.session.post(f"{self.root}/jobs", json=order, timeout=PATIENCE_S)

    def ended(self, job):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            shown = self.get(f"jobs/{job['id']}")
            if shown["state"] != "running":
                return shown
            time.sleep(0.01)
        raise AssertionError(f"job {job['id']} has not ended")


@pytest.fixture
def native(plane):
    return Native(plane)


def test_an_order_on_what_was_selected_is_answered_by_each(native):
    before = native.get("servers", status="running")["servers"]
    names = sorted(server["name"] for server in before)
    picked = f"{names[0][:-1]}?"
    chosen = [server for server in native.get("servers", name=picked)["servers"]]
    assert 0 < len(chosen) < len(before)
    answer = native.order(operation="stop", select={"name": picked}, orders={"concurrency": 2})
    assert answer.status_code == 202, answer.text
    job = answer.json()["job"]
    assert answer.headers["Location"] == f"/regiment/v1/jobs/{job['id']}"
    ended = native.ended(job)
    assert ended["state"] == "all_succeeded"
    assert ended["sub_jobs"]["succeeded"] == ended["sub_jobs"]["total"] == len(chosen)
    parts = native.get(f"jobs/{job['id']}/sub-jobs")["sub_jobs"]
    assert {part["target"]["id"] for part in parts} == {server["id"] for server in chosen}
    for server in chosen:
        assert native.get(f"servers/{server['id']}")["status"] == "stopped"
    assert {one["id"] for one in native.get("servers", status="stopped")["servers"]} == {
        server["id"] for server in chosen}


def test_some_obey_and_some_do_not(native):
    running = native.get("servers", status="running", limit=1)["servers"][0]
    answer = native.order(operation="reboot", servers=[running["id"], "nowhere"])
    assert answer.status_code == 202
    assert [one["server_id"] for one in answer.json()["verdicts"]["refused"]] == ["nowhere"]
    ended = native.ended(answer.json()["job"])
    assert ended["state"] == "some_failed"
    failed = native.get(f"jobs/{ended['id']}/sub-jobs", state=["failed", "refused"])["sub_jobs"]
    assert [part["fault"]["code"] for part in failed] == ["ServerNotFound"]
    assert ended["id"] in [job["id"] for job in native.get("jobs", state="some_failed")["jobs"]]


def test_the_same_token_is_the_same_order(native):
    server = native.get("servers", status="running", limit=1)["servers"][0]
    order = {"operation": "reboot", "servers": [server["id"]], "token": "test-native-1"}
    first, again = native.order(**order), native.order(**order)
    assert first.json()["job"]["id"] == again.json()["job"]["id"]
    other = native.order(**{**order, "operation": "stop"})
    assert (other.status_code, other.json()["code"]) == (409, "TokenReused")


def test_pages_lead_through_all(native):
    seen, after = [], None
    while True:
        page = native.get("servers", limit=7, **({"after": after} if after else {}))
        seen += [server["id"] for server in page["servers"]]
        after = page["next"]
        if after is None:
            break
    everyone = native.get("servers", limit=1000)["servers"]
    assert seen == [server["id"] for server in everyone]
    assert len(seen) == 20


def test_nobody_comes_in_without_a_token(plane):
    root = f"{plane.endpoint}/regiment/v1"
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {plane.token}"}):
        answer = requests.get(f"{root}/servers", headers=headers, timeout=PATIENCE_S)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
    keys = {"access_key": plane.access_key, "secret_key": "no"}
    assert requests.post(f"{root}/tokens", json=keys, timeout=PATIENCE_S).status_code == 401


def test_what_failed_is_ordered_once_more_and_nothing_else(native):
    servers = [one["id"] for one in native.get("servers", status="running", limit=2)["servers"]]
    first = native.ended(native.order(operation="reboot", servers=[*servers, "nowhere"]).json()["job"])
    assert first["state"] == "some_failed"
    again = native.session.post(f"{native.root}/jobs/{first['id']}/retry", timeout=PATIENCE_S)
    # What is not there is not there the second time either.
    assert (again.status_code, again.json()["code"]) == (404, "ServerNotFound")


def test_waves_wait_to_be_approved_and_can_be_cancelled(native):
    servers = [one["id"] for one in native.get("servers", status="running", limit=3)["servers"]]
    order = {"waves": [1], "hold": True}
    job = native.order(operation="reboot", servers=servers, orders=order).json()["job"]

    def held():
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            shown = native.get(f"jobs/{job['id']}")
            if shown["course"]["awaits_approval"]:
                return shown
            time.sleep(0.01)
        raise AssertionError("no wave waits for approval")

    assert held()["sub_jobs"]["succeeded"] == 1
    path = f"{native.root}/jobs/{job['id']}"
    assert native.session.post(f"{path}/approve", timeout=PATIENCE_S).status_code == 200
    assert held()["sub_jobs"]["succeeded"] == 2
    assert native.session.post(f"{path}/cancel", timeout=PATIENCE_S).status_code == 200
    ended = native.ended(job)
    assert (ended["sub_jobs"]["succeeded"], ended["sub_jobs"]["cancelled"]) == (2, 1)
    assert ended["course"]["stopped"] == "Cancelled"
    later = native.session.post(f"{path}/retry", timeout=PATIENCE_S)
    assert later.status_code == 202, later.text
    child = native.ended(later.json()["job"])
    assert (child["parent_id"], child["state"]) == (job["id"], "all_succeeded")
    parts = native.get(f"jobs/{child['id']}/sub-jobs")["sub_jobs"]
    assert [part["target"]["id"] for part in parts] == servers[2:]
