"""Webhooks as a receiver meets them: the recipe of docs/api.md, against a real server."""

import hashlib
import hmac
import json
import queue
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from support.plane import PATIENCE_S, TOP, launch
from test_native import Native

SERVE = ("--pace", "instant", "--fleet", "40")


def recipe():
    """The function that the documentation gives to receivers."""
    text = (TOP / "docs/api.md").read_text()
    code = next(block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
                if "def verified" in block)
    names = {}
    exec(code, names)  # It is our own documentation.
    return names["verified"]


@pytest.fixture
def native(plane):
    return Native(plane)


@pytest.fixture
def receiver():
    """Takes every other delivery, or those that `fails` lets it; what it took is in `taken`."""
    taken, tried = queue.Queue(), {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            event = self.headers["X-Regiment-Event-Id"]
            tried[event] = tried.get(event, 0) + 1
            if tried[event] % 2 and server.fails(int(event)):
                self.send_response(500)
            else:
                self.send_response(204)
                taken.put((dict(self.headers), body))
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    server.taken = taken
    server.fails = lambda event: True
    yield server
    server.shutdown()
    server.server_close()


def test_a_receiver_that_fails_half_the_time_gets_every_event(native, receiver):
    asked = {"url": receiver.url, "kinds": ["job_accepted", "job_ended"]}
    added = native.session.post(f"{native.root}/webhooks", json=asked, timeout=PATIENCE_S)
    assert added.status_code == 201, added.text
    secret, webhook = added.json()["secret"], added.json()["webhook"]
    assert secret not in json.dumps(native.get("webhooks"))
    assert native.get(f"webhooks/{webhook['id']}")["kinds"] == asked["kinds"]
    jobs = [native.order(operation=operation, select={"name": "server-*"}).json()["job"]
            for operation in ("stop", "start")]
    seen = []
    while len(seen) < 4:
        headers, body = receiver.taken.get(timeout=PATIENCE_S)
        assert recipe()(secret, headers, body)
        assert not recipe()(secret, headers, body + b" ")
        assert not recipe()("another secret", headers, body)
        old = {**headers, "X-Regiment-Timestamp": str(int(headers["X-Regiment-Timestamp"]) - 301)}
        signed = old["X-Regiment-Timestamp"].encode() + b"." + body
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        assert not recipe()(secret, {**old, "X-Regiment-Signature": f"v1={digest}"}, body)
        seen.append(json.loads(body))
        assert headers["X-Regiment-Event-Id"] == seen[-1]["id"]
    numbers = [int(event["id"]) for event in seen]
    assert numbers == sorted(set(numbers)), "each once, in order"
    assert sorted(event["kind"] for event in seen) == ["job_accepted"] * 2 + ["job_ended"] * 2
    assert {event["job_id"] for event in seen} == {job["id"] for job in jobs}
    gone = native.session.delete(f"{native.root}/webhooks/{webhook['id']}", timeout=PATIENCE_S)
    assert gone.status_code == 204
    assert native.get("webhooks")["webhooks"] == []


def test_a_server_that_is_killed_goes_on_delivering(receiver, tmp_path):
    serve = ("--data", str(tmp_path / "data"), "--pace", "quick", "--fleet", "100")
    receiver.fails = lambda event: event % 40 == 0
    first = launch(*serve)
    native = Native(first)
    added = native.session.post(f"{native.root}/webhooks", json={"url": receiver.url},
                                timeout=PATIENCE_S)
    assert added.status_code == 201, added.text
    job = native.order(operation="reboot", select={"name": "server-*"}).json()["job"]
    taken = [receiver.taken.get(timeout=PATIENCE_S) for _ in range(30)]
    first.process.kill()
    first.process.wait()
    second = launch(*serve)
    try:
        while json.loads(taken[-1][1])["kind"] != "job_ended":
            taken.append(receiver.taken.get(timeout=PATIENCE_S))
    finally:
        second.stop()
        first.stop()
    events = [json.loads(body) for _, body in taken]
    assert {event["job_id"] for event in events} == {job["id"]}
    ids = list(dict.fromkeys(int(event["id"]) for event in events))
    assert ids == list(range(ids[0], ids[0] + 202)), "each, in order"
    assert all(recipe()(added.json()["secret"], headers, body) for headers, body in taken)


def test_what_cannot_be_sent_to_is_refused(native):
    for asked in ({"url": "ftp://x"}, {"url": "http://u:p@x"}, {"url": "http://x", "kinds": ["x"]},
                  {"url": "http://x", "secret": "short"}, {}):
        answer = native.session.post(f"{native.root}/webhooks", json=asked, timeout=PATIENCE_S)
        assert (answer.status_code, answer.json()["code"]) == (400, "InvalidRequest"), asked
    unknown = "00000000-0000-0000-0000-000000000001"
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/dead-letters"),
                         ("POST", "/redeliver")):
        answer = native.session.request(method, f"{native.root}/webhooks/{unknown}{path}",
                                        timeout=PATIENCE_S)
        assert (answer.status_code, answer.json()["code"]) == (404, "WebhookNotFound")
    assert requests.get(f"{native.root}/webhooks", timeout=PATIENCE_S).status_code == 401
