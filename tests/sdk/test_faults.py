"""What goes wrong on purpose, as each vendor's own client sees it: every effect at every stage at which
it can happen, in every dialect."""

import threading
import time

import pytest
from huaweicloudsdkcore.exceptions.exceptions import SdkException, ServiceResponseException
from requests.exceptions import ChunkedEncodingError
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from support.huawei import Huawei
from support.plane import PATIENCE_S, wait_for
from support.tencent import Tencent
from support.tencent_v3 import TencentV3
from test_native import Native

SERVE = ("--pace", "instant", "--fleet", "8", "--seed", "5")

DIALECTS = ("huawei", "tencent_v2", "tencent_v3")


class Bench:
    """One fleet, everybody's clients, and the rules."""

    def __init__(self, plane):
        self.native = Native(plane)
        self.speakers = {
            "huawei": Huawei(plane), "tencent_v2": Tencent(plane), "tencent_v3": TencentV3(plane)}
        first = self.native.get("servers", limit=2)["servers"]
        self.ids = [server["id"] for server in first]
        self.short = [f"ins-{server['short_id']}" for server in first]

    def rule(self, **rule):
        answer = self.native.session.post(f"{self.native.root}/faults", json={"rules": [rule]},
                                          timeout=PATIENCE_S)
        assert answer.status_code == 201, answer.text
        return answer.json()["rules"][0]["id"]

    def gone(self, rule=None):
        path = f"faults/{rule}" if rule else "faults"
        answer = self.native.session.delete(f"{self.native.root}/{path}", timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def running_again(self):
        self.gone()
        job = self.native.order(operation="start", servers=self.ids).json()["job"]
        assert self.native.ended(job)["state"] == "all_succeeded"

    def stopped(self):
        """How many of the two are."""
        for job in self.native.get("jobs", state="running")["jobs"]:
            self.native.ended(job)
        return sum(self.native.get(f"servers/{one}")["status"] == "stopped" for one in self.ids)

    def stop(self, dialect):
        """What the client of a dialect makes of its order to stop both."""
        return getattr(self, f"stop_by_{dialect}")(self.speakers[dialect])

    def stop_by_huawei(self, client):
        try:
            job = client.finished(client.stop(self.ids))
        except ServiceResponseException as error:
            return type(error).__name__, error.status_code, error.error_code
        except SdkException as error:
            return (type(error).__name__,)
        except (ValueError, ChunkedEncodingError) as error:
            return (type(error).__name__,)
        return job.status, *(sub.error_code for sub in job.entities.sub_jobs)

    def stop_by_tencent_v2(self, client):
        try:
            answer = client.call("StopInstances", instanceIds=self.short)
        except Exception as error:  # The SDK lets through what its own library raises.
            return (type(error).__name__,)
        parts = answer.get("detail", {})
        return answer["code"], *(parts[one]["code"] for one in self.short if parts)

    def stop_by_tencent_v3(self, client):
        try:
            client.call("StopInstances", InstanceIds=self.short)
        except TencentCloudSDKException as error:
            return (error.get_code(),)
        return ("ok",)


@pytest.fixture(scope="module")
def bench(plane):
    return Bench(plane)


DONE = {"huawei": ("SUCCESS", None, None), "tencent_v2": (0, 0, 0), "tencent_v3": ("ok",)}
BUSY = {
    "huawei": ("ServerResponseException", 501, "Ecs.0603"),
    "tencent_v2": (5100,),
    "tencent_v3": ("OperationDenied.InstanceOperationInProgress",),
}
THROTTLED = {
    "huawei": ("ClientRequestException", 429, "APIGW.0308"),
    "tencent_v2": (4400,),
    "tencent_v3": ("RequestLimitExceeded",),
}
PROXY = {
    "huawei": ("ServerResponseException", 503, "503"),
    "tencent_v2": ("ApiServerNetworkException",),
    "tencent_v3": ("ServerNetworkError",),
}
RAW = {
    "huawei": ("ClientRequestException", 409, "Odd.1"),
    "tencent_v2": (6000,),
    "tencent_v3": ("Odd.1",),
}
# Of a refusal, since nothing was done that could be answered otherwise.
HALF_A_REFUSAL = {
    "huawei": ("ServerResponseException", 502, "502"),
    "tencent_v2": ("JSONDecodeError",),
    "tencent_v3": ("JSONDecodeError",),
}
HALF = {"huawei": ("JSONDecodeError",), "tencent_v2": ("JSONDecodeError",), "tencent_v3": ("JSONDecodeError",)}
CUT = {
    "huawei": ("ChunkedEncodingError",),
    "tencent_v2": ("ApiClientNetworkException",),
    "tencent_v3": ("ChunkedEncodingError",),
}
BROKEN = {
    "huawei": ("ConnectionException",),
    # This client tries a second time by itself, and forgets what it wanted: "missing parameter: Action".
    "tencent_v2": (4000,),
    "tencent_v3": ("ClientNetworkError",),
}
RAW_EFFECT = {"fail": {"status": 409, "code": "Odd.1", "message": "as ordered"}}

# Stage, effect, what each client sees, how many servers are stopped.
WHOLE = [
    ("request", {"fail": "server-busy"}, BUSY, 0),
    ("request", RAW_EFFECT, RAW, 0),
    ("request", "throttle", THROTTLED, 0),
    ("request", {"status": 503}, PROXY, 0),
    ("request", "malformed", HALF_A_REFUSAL, 0),
    ("request", "truncated", CUT, 0),
    ("request", "reset", BROKEN, 0),
    ("request", "lost", BROKEN, 0),
    ("admit", RAW_EFFECT, RAW, 0),
    ("admit", "throttle", THROTTLED, 0),
    ("admit", {"status": 503}, PROXY, 0),
    ("admit", "malformed", HALF_A_REFUSAL, 0),
    ("admit", "truncated", CUT, 0),
    ("admit", "reset", BROKEN, 0),
    ("admit", "lost", BROKEN, 0),
    ("reply", {"fail": "server-busy"}, BUSY, 2),
    ("reply", RAW_EFFECT, RAW, 2),
    ("reply", "throttle", THROTTLED, 2),
    ("reply", {"status": 503}, PROXY, 2),
    ("reply", "malformed", HALF, 2),
    ("reply", "truncated", CUT, 2),
    ("reply", "reset", BROKEN, 2),
    ("reply", "lost", BROKEN, 2),
]


def named(effect):
    return effect if isinstance(effect, str) else next(iter(effect))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("case", WHOLE, ids=lambda case: f"{case[0]}-{named(case[1])}")
def test_a_request_meets_what_was_ordered(bench, dialect, case):
    stage, effect, seen, stopped = case
    bench.running_again()
    rule = bench.rule(stage=stage, match={"operation": "stop", "dialect": dialect},
                      when={"times": 1}, effect=effect)
    assert bench.stop(dialect) == seen[dialect]
    assert bench.stopped() == stopped
    assert bench.gone(rule)["hits"] == 1


# One of the two fails: at `admit` it is refused, at `run` its work fails.
ONE_REFUSED = {
    "huawei": ("FAIL", "Ecs.0603", None),
    "tencent_v2": (5400, 5100, 0),
    # One refused refuses all here.
    "tencent_v3": ("OperationDenied.InstanceOperationInProgress",),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_of_two_is_refused(bench, dialect):
    bench.running_again()
    rule = bench.rule(stage="admit", match={"operation": "stop", "server": bench.short[0]},
                      effect={"fail": "server-busy"})
    assert bench.stop(dialect) == ONE_REFUSED[dialect]
    assert bench.stopped() == (0 if dialect == "tencent_v3" else 1)
    assert bench.gone(rule)["hits"] == 1


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("effect, code", [({"fail": "no-capacity"}, "Ecs.0219"), ("agent-missing", "Ecs.0613")],
                         ids=["fail", "agent-missing"])
def test_the_work_on_one_of_two_fails(bench, dialect, effect, code):
    bench.running_again()
    rule = bench.rule(stage="run", match={"operation": "stop"}, when={"nth": 2}, effect=effect)
    seen = bench.stop(dialect)
    assert bench.stopped() == 1
    met = bench.gone(rule)
    assert (met["seen"], met["hits"]) == (2, 1)
    if dialect == "huawei":
        assert seen == ("FAIL", None, code)
    else:
        # Accepted: what became of it is asked of each instance.
        assert seen == DONE[dialect]
        last = bench.speakers["tencent_v3"].instance(bench.short[1]).LatestOperationState
        assert last == "FAILED"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("stage", ["request", "admit", "reply"])
def test_an_answer_is_late(bench, dialect, stage):
    bench.running_again()
    bench.rule(stage=stage, match={"operation": "stop"}, when={"times": 1}, effect={"delay": "300ms"})
    began = time.monotonic()
    assert bench.stop(dialect) == DONE[dialect]
    assert time.monotonic() - began >= 0.3
    assert bench.stopped() == 2


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("stage", ["request", "admit", "reply"])
def test_a_request_hangs_until_its_rule_is_gone(bench, dialect, stage):
    bench.running_again()
    rule = bench.rule(stage=stage, match={"operation": "stop"}, when={"times": 1}, effect="hang")
    seen = []
    caller = threading.Thread(target=lambda: seen.append(bench.stop(dialect)))
    caller.start()
    wait_for(lambda: bench.native.get(f"faults/{rule}")["hits"], lambda hits: hits == 1, "the rule to fire")
    assert not seen
    if stage != "reply":
        assert bench.stopped() == 0
    bench.gone(rule)
    caller.join(PATIENCE_S)
    assert seen == [DONE[dialect]]
    assert bench.stopped() == 2


def sub_jobs(bench, job):
    return bench.native.get(f"jobs/{job['id']}/sub-jobs")["sub_jobs"]


def took_ms(part):
    began, ended = (time.strptime(part[key][:19], "%Y-%m-%dT%H:%M:%S") for key in ("began_at", "ended_at"))
    ms = [int(part[key][20:23]) for key in ("began_at", "ended_at")]
    return (time.mktime(ended) - time.mktime(began)) * 1000 + ms[1] - ms[0]


def test_work_is_late(bench):
    bench.running_again()
    bench.rule(stage="run", match={"operation": "stop", "server": bench.ids[0]}, effect={"delay": 400})
    job = bench.native.order(operation="stop", servers=bench.ids).json()["job"]
    bench.native.ended(job)
    late, usual = sub_jobs(bench, job)
    assert took_ms(late) >= 400 > took_ms(usual)


def test_work_hangs_until_its_rule_is_gone(bench):
    bench.running_again()
    rule = bench.rule(stage="run", match={"operation": "stop", "server": bench.ids[0]}, effect="hang")
    job = bench.native.order(operation="stop", servers=bench.ids).json()["job"]
    states = lambda: [part["state"] for part in sub_jobs(bench, job)]
    wait_for(states, lambda seen: seen == ["running", "succeeded"], "the other to end")
    bench.gone(rule)
    assert bench.native.ended(job)["state"] == "all_succeeded"


def test_work_takes_many_times_as_long(start_plane):
    bench = Bench(start_plane("--pace", "quick", "--fleet", "2", "--seed", "9"))
    bench.rule(match={"operation": "reboot", "server": bench.ids[0]}, effect={"slow": 20})
    job = bench.native.order(operation="reboot", servers=bench.ids).json()["job"]
    bench.native.ended(job)
    slow, usual = sub_jobs(bench, job)
    # Both take from half to twice as long as is usual.
    assert took_ms(slow) > 4 * took_ms(usual) > 0


def test_a_host_goes_down_with_all_that_is_on_it_and_comes_up_again(start_plane):
    bench = Bench(start_plane("--pace", "instant", "--fleet", "2", "--seed", "9"))
    host = bench.native.get(f"servers/{bench.ids[0]}")["host"]
    down = bench.rule(match={"operation": "reboot", "server": bench.ids[0]}, effect="host-down")
    job = bench.native.order(operation="reboot", servers=bench.ids[:1]).json()["job"]
    bench.native.ended(job)
    (part,) = sub_jobs(bench, job)
    assert part["state"] == "failed" and part["fault"]["code"] in ("HostDown", "Unreachable"), part
    assert bench.gone(down)["hits"] >= 1
    bench.rule(match={"operation": "start", "server": bench.ids[0]}, effect="host-up")
    for one in ("stop", "start"):
        job = bench.native.order(operation=one, servers=bench.ids[:1]).json()["job"]
        bench.native.ended(job)
    assert sub_jobs(bench, job)[0]["state"] == "succeeded"
    assert bench.native.get(f"servers/{bench.ids[0]}")["host"] == host


def test_a_rule_in_one_line_means_the_same_as_in_full(bench):
    bench.gone()
    lines = ["resize fails with no-capacity on 3 of web-*", "StopInstances answers 503 every 2nd time in tencent_v3"]
    answer = bench.native.session.post(f"{bench.native.root}/faults", json={"rules": lines}, timeout=PATIENCE_S)
    assert answer.status_code == 201, answer.text
    shown = [{key: rule[key] for key in ("stage", "match", "when", "effect")} for rule in answer.json()["rules"]]
    assert shown == [
        {"stage": "run", "match": {"operation": "resize", "server": "web-*"}, "when": {"times": 3},
         "effect": {"fail": "no-capacity"}},
        {"stage": "request", "match": {"action": "StopInstances", "dialect": "tencent_v3"}, "when": {"every": 2},
         "effect": {"status": 503}},
    ]
    assert bench.native.get("faults")["rules"] == answer.json()["rules"]


@pytest.mark.parametrize("rule, why", [
    ("stop explodes", "rule 2: \"explodes\" is no effect"),
    ({"effect": "explode"}, "rule 2: unknown variant"),
    ({"stage": "run", "effect": "lost"}, "rule 2: lost cannot happen at stage run"),
    ({"effect": "hang", "when": {"times": 0}}, "counted from 1"),
    ({"effect": "hang", "wen": {}}, "unknown field"),
])
def test_a_rule_that_cannot_be_followed_is_refused_and_so_are_those_with_it(bench, rule, why):
    bench.gone()
    answer = bench.native.session.post(f"{bench.native.root}/faults", json={"rules": ["stop hangs", rule]},
                                       timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidRequest")
    assert why in answer.json()["detail"]
    assert bench.native.get("faults") == {"rules": []}


def test_chance_is_the_same_for_the_same_seed(start_plane):
    def told(seed):
        bench = Bench(start_plane("--pace", "instant", "--fleet", "100", "--seed", seed))
        bench.rule(stage="admit", match={"operation": "stop"}, when={"probability": 0.3},
                   effect={"fail": "server-busy"})
        answer = bench.native.order(operation="stop", select={"name": "*"}).json()
        return [part["state"] for part in bench.native.get(f"jobs/{answer['job']['id']}/sub-jobs", limit=100)["sub_jobs"]]

    first = told("7")
    assert 10 < first.count("refused") < 60
    assert told("7") == first != told("8")
