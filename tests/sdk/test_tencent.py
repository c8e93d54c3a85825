"""API 2.0: tasks that answer for each instance, tasks with one number, and plain calls."""

import itertools
import time

import pytest

from support.plane import wait_for
from support.tencent import Tencent, setting

RUNNING, STOPPED = 2, 4
SERVE = ("--pace", "quick", "--fleet", "8", "--seed", "11")
PASSWORD = "Regiment@2026"
UNKNOWN = "ins-zzzzzzzz"


def ids(tencent, count=2):
    found = [one["unInstanceId"] for one in tencent.instances()]
    return found[:count]


def settle(tencent, wanted, status):
    """Waits until instances are at rest, then brings them into a status by the vendor's own means."""
    for one in wanted:
        wait_for(lambda one=one: tencent.status(one), lambda seen: seen in (RUNNING, STOPPED),
                 f"rest of {one}")
    wrong = [one for one in wanted if tencent.status(one) != status]
    if wrong:
        action = "StartInstances" if status == RUNNING else "StopInstances"
        tencent.good(action, instanceIds=wrong)
    tencent.all_reach(wanted, status)


def check_items(answer, good, bad):
    """Every good item has a task's number, no bad one has; the outer code says how many are which."""
    detail = answer["detail"]
    assert sorted(detail) == sorted([*good, *bad])
    for one in good:
        assert detail[one]["code"] == 0
        assert detail[one]["message"] == ""
        assert isinstance(detail[one]["requestId"], str) and detail[one]["requestId"].isdecimal()
    for one in bad:
        assert detail[one]["code"] != 0
        assert detail[one]["message"]
        assert "requestId" not in detail[one]
    numbers = [detail[one]["requestId"] for one in good]
    assert len(set(numbers)) == len(numbers)
    assert answer["code"] == (0 if not bad else 5100 if not good else 5400)


WAYS = list(itertools.product(["GET", "POST"], ["HmacSHA1", "HmacSHA256"]))


@pytest.mark.parametrize(("method", "signature"), WAYS)
def test_stop_start_and_restart_in_every_way_to_sign(plane, method, signature):
    tencent = Tencent(plane, method=method, signature=signature)
    pair = ids(tencent)
    settle(tencent, pair, RUNNING)
    answer = tencent.call("StopInstances", instanceIds=pair)
    check_items(answer, good=pair, bad=[])
    assert answer["codeDesc"] == "Success"
    tencent.all_reach(pair, STOPPED)
    check_items(tencent.call("StartInstances", instanceIds=pair), good=pair, bad=[])
    tencent.all_reach(pair, RUNNING)
    check_items(tencent.call("RestartInstances", instanceIds=pair), good=pair, bad=[])
    tencent.all_reach(pair, RUNNING)


@pytest.mark.parametrize(("action", "needed", "more"), [
    ("StartInstances", STOPPED, {}),
    ("StopInstances", RUNNING, {"forceStop": 1}),
    ("RestartInstances", RUNNING, {"forceStop": 1}),
    ("ResetInstancePassword", STOPPED, {"password": PASSWORD}),
])
def test_some_and_all_failing(tencent, action, needed, more):
    (one,) = ids(tencent, 1)
    settle(tencent, [one], needed)
    check_items(tencent.call(action, instanceIds=[one, UNKNOWN], **more), good=[one], bad=[UNKNOWN])
    check_items(tencent.call(action, instanceIds=[UNKNOWN], **more), good=[], bad=[UNKNOWN])


@pytest.mark.parametrize(("action", "wrong", "more"), [
    ("StartInstances", RUNNING, {}),
    ("StopInstances", STOPPED, {}),
    ("ResetInstancePassword", RUNNING, {"password": PASSWORD}),
])
def test_the_wrong_state_fails_that_instance(tencent, action, wrong, more):
    (one,) = ids(tencent, 1)
    settle(tencent, [one], wrong)
    answer = tencent.call(action, instanceIds=[one], **more)
    check_items(answer, good=[], bad=[one])
    assert "OperationConstraints.InvaildInstanceStatus" in str(answer)


def test_a_password_is_reset_on_stopped_instances(tencent):
    pair = ids(tencent)
    settle(tencent, pair, STOPPED)
    answer = tencent.call("ResetInstancePassword", instanceIds=pair, password=PASSWORD)
    check_items(answer, good=pair, bad=[])
    tencent.all_reach(pair, STOPPED)
    weak = tencent.call("ResetInstancePassword", instanceIds=pair, password="weak")
    assert weak["code"] == 4000
    assert "detail" not in weak


def test_ids_may_be_of_either_form_and_are_answered_in_the_form_sent(tencent):
    first, second = tencent.instances()[:2]
    asked = [first["unInstanceId"], second["instanceId"]]
    assert asked[1].startswith("qcvm") and len(asked[1]) == 36
    settle(tencent, [first["unInstanceId"], second["unInstanceId"]], RUNNING)
    check_items(tencent.call("RestartInstances", instanceIds=asked), good=asked, bad=[])


def test_arrays_may_begin_anywhere(tencent):
    pair = ids(tencent)
    settle(tencent, pair, RUNNING)
    answer = tencent.call("RestartInstances", {"instanceIds.1": pair[0], "instanceIds.7": pair[1]})
    check_items(answer, good=pair, bad=[])
    tencent.all_reach(pair, RUNNING)


def test_a_sub_jobs_number_can_be_followed(tencent):
    (one,) = ids(tencent, 1)
    settle(tencent, [one], RUNNING)
    number = tencent.good("RestartInstances", instanceIds=[one])["detail"][one]["requestId"]
    tencent.reaches(one, RUNNING)
    assert tencent.good("DescribeTaskResult", requestId=number)["data"]["status"] == 0


def test_a_reinstall_is_one_task(tencent):
    (one,) = ids(tencent, 1)
    settle(tencent, [one], STOPPED)
    answer = tencent.good("ResetInstances", instanceId=one, password=PASSWORD)
    assert isinstance(answer["requestId"], int)
    tencent.reaches(one, RUNNING)
    absent = tencent.call("ResetInstances", instanceId=UNKNOWN, password=PASSWORD)
    assert absent["code"] == 5000
    assert "requestId" not in absent


def test_the_transitional_states_are_shown(start_plane):
    slow = Tencent(start_plane("--pace", "realistic", "--fleet", "2"))
    first, second = ids(slow)
    slow.good("StopInstances", instanceIds=[first])
    slow.good("RestartInstances", instanceIds=[second])
    assert slow.status(first) == 9
    assert slow.status(second) == 7


def test_instances_are_listed_in_pages_and_by_status(tencent):
    whole = tencent.good("DescribeInstances", limit=100)
    assert whole["totalCount"] == len(whole["instanceSet"])
    pages = []
    for offset in range(0, whole["totalCount"], 3):
        pages += tencent.good("DescribeInstances", offset=offset, limit=3)["instanceSet"]
    assert [one["unInstanceId"] for one in pages] == [one["unInstanceId"] for one in whole["instanceSet"]]
    (one,) = ids(tencent, 1)
    settle(tencent, [one], STOPPED)
    stopped = tencent.instances(status=STOPPED)
    assert one in [seen["unInstanceId"] for seen in stopped]
    assert {seen["status"] for seen in stopped} == {STOPPED}
    shown = tencent.instance(one)
    assert tencent.instances(lanIps=[shown["lanIp"]])[0]["unInstanceId"] == one
    assert isinstance(shown["cpu"], int) and isinstance(shown["mem"], int)
    assert tencent.instances(searchWord="no-such-word") == []


def run_hour(tencent, **more):
    like = tencent.instances()[0]
    return tencent.call("RunInstancesHour", {
        "zoneId": like["zoneId"], "cpu": 1, "mem": 1, "imageId": like["unImgId"],
        "storageSize": 0, "goodsNum": 1, "password": PASSWORD, **more})


def give_back(tencent, made):
    """Returns instances and waits until they are gone."""
    for one in made:
        tencent.good("ReturnInstance", instanceId=one)
    for one in made:
        wait_for(lambda one=one: tencent.instances(instanceIds=[one]), lambda seen: seen == [],
                 f"{one} to be gone")


def test_a_life_by_the_hour(tencent):
    answer = run_hour(tencent, goodsNum=2, instanceName="by-the-hour")
    assert answer["code"] == 0, answer
    made = answer["unInstanceIds"]
    assert len(set(made)) == 2
    tencent.all_reach(made, RUNNING)
    assert {tencent.instance(one)["instanceName"] for one in made} == {"by-the-hour"}

    tencent.good("ModifyInstanceAttributes", instanceId=made[0], instanceName="a b+c&d=e/中文_~*")
    assert tencent.instance(made[0])["instanceName"] == "a b+c&d=e/中文_~*"

    tencent.good("StopInstances", instanceIds=made)
    tencent.all_reach(made, STOPPED)
    before = tencent.instance(made[0])
    tencent.good("ResizeInstanceHour", instanceId=made[0], cpu=2, mem=4)
    tencent.reaches(made[0], STOPPED)
    after = tencent.instance(made[0])
    assert (before["cpu"], before["mem"]) == (1, 1)
    assert (after["cpu"], after["mem"]) == (2, 4)

    give_back(tencent, made)


def test_a_client_token_makes_instances_once(tencent):
    token = f"once-{time.monotonic_ns()}"
    first = run_hour(tencent, clientToken=token)
    assert run_hour(tencent, clientToken=token)["unInstanceIds"] == first["unInstanceIds"]
    assert run_hour(tencent, clientToken=token, goodsNum=2)["code"] != 0
    tencent.all_reach(first["unInstanceIds"], RUNNING)
    give_back(tencent, first["unInstanceIds"])


def test_a_load_balancer_from_beginning_to_end(tencent):
    made = tencent.good("CreateLoadBalancer", loadBalancerType=2, loadBalancerName="front", number=1)
    assert isinstance(made["requestId"], int)
    deal = made["dealIds"][0]
    assert deal == str(made["requestId"])
    (balancer,) = made["unLoadBalancerIds"][deal]
    assert tencent.balancer_task(made["requestId"]) == 0
    (shown,) = tencent.good("DescribeLoadBalancers", loadBalancerIds=[balancer])["loadBalancerSet"]
    assert (shown["loadBalancerName"], shown["status"]) == ("front", 1)

    listeners = tencent.good("CreateLoadBalancerListeners", loadBalancerId=balancer, listeners=[
        {"loadBalancerPort": 80, "instancePort": 8080, "protocol": 2, "listenerName": "web"}])
    assert len(listeners["listenerIds"]) == 1
    assert tencent.balancer_task(listeners["requestId"]) == 0

    pair = ids(tencent)
    backends = [{"instanceId": one, "weight": 10} for one in pair]
    joined = tencent.good("RegisterInstancesWithLoadBalancer", loadBalancerId=balancer, backends=backends)
    assert tencent.balancer_task(joined["requestId"]) == 0
    left = tencent.good("DeregisterInstancesFromLoadBalancer", loadBalancerId=balancer,
                        backends=[{"instanceId": pair[0]}])
    assert tencent.balancer_task(left["requestId"]) == 0

    gone = tencent.good("DeleteLoadBalancers", loadBalancerIds=[balancer])
    assert tencent.balancer_task(gone["requestId"]) == 0
    assert tencent.good("DescribeLoadBalancers", loadBalancerIds=[balancer])["loadBalancerSet"] == []
    assert tencent.call("DeleteLoadBalancers", loadBalancerIds=[balancer])["code"] != 0


def test_an_unknown_task_is_refused(tencent):
    assert tencent.call("DescribeLoadBalancersTaskResult", requestId=1)["code"] in (4000, 5000)


def test_a_used_nonce_is_a_replay(tencent):
    stamp = {"Nonce": 4611686018427387904, "Timestamp": int(time.time())}
    assert tencent.call("DescribeInstances", stamp)["code"] == 0
    again = tencent.call("DescribeInstances", stamp)
    assert again["code"] == 4500
    assert "instanceSet" not in again


def test_an_old_timestamp_is_a_replay(tencent):
    for drift in (-301, 302):
        assert tencent.call("DescribeInstances", Timestamp=int(time.time()) + drift)["code"] == 4500


@pytest.mark.parametrize(("method", "signature"), WAYS)
def test_a_bad_signature_is_refused(plane, method, signature):
    wrong = Tencent(plane, method=method, signature=signature, secretKey="wrong")
    assert wrong.call("DescribeInstances")["code"] == 4100


def test_an_unknown_key_is_refused(plane):
    assert Tencent(plane, secretId="AKIDnobody").call("DescribeInstances")["code"] == 4104


def test_what_is_missing_or_unknown_has_no_detail(tencent):
    for action, code in [("StartInstances", 4000), ("NoSuchAction", 6100)]:
        answer = tencent.call(action)
        assert answer["code"] == code
        assert answer["codeDesc"] and answer["message"]
        assert "detail" not in answer


def test_the_newer_version_on_the_old_path_is_the_newer_api(plane, tencent):
    newer = Tencent(plane, Version="2017-03-12")
    refused = newer.call("StartInstances", {"InstanceIds.1": "ins-00000000"})
    assert list(refused) == ["Response"]
    assert refused["Response"]["Error"]["Code"] == "InvalidInstanceId.NotFound"
    assert refused["Response"]["RequestId"].isupper()

    (one,) = ids(tencent, 1)
    settle(tencent, [one], RUNNING)
    told = newer.call("DescribeInstances", {"InstanceIds.0": one, "Limit": 5})["Response"]
    assert told["TotalCount"] == 1
    assert told["InstanceSet"][0]["InstanceState"] == "RUNNING"
    stopped = newer.call("StopInstances", {"InstanceIds.0": one, "StopType": "HARD"})
    assert list(stopped["Response"]) == ["RequestId"]
    tencent.reaches(one, STOPPED)


@pytest.mark.parametrize(("module", "action"), [
    ("cvm", "DescribeInstances"), ("lb", "DescribeLoadBalancers")])
def test_the_sdks_own_host_names_over_its_own_proxy_setting(plane, module, action):
    """The modules the SDK knows let nobody set a host, so the plane itself takes the tunnel."""
    with setting("https_proxy", plane.endpoint):
        client = Tencent(plane, module=module)
        assert client.call(action)["code"] == 0
        elsewhere = client.call("CreateLoadBalancer" if module == "cvm" else "RunInstancesHour")
    assert elsewhere["code"] == 6100
