"""API 3.0 of load balancers: an order is a task, known by the id of its call."""

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from support.plane import wait_for
from support.tencent import Tencent
from support.tencent_v3 import TencentV3, refusal

SERVE = ("--pace", "quick", "--fleet", "8", "--seed", "11")


@pytest.fixture
def cloud(plane):
    return TencentV3(plane)


@pytest.fixture
def front(cloud):
    """A load balancer of this test alone."""
    made = cloud.balanced("CreateLoadBalancer", LoadBalancerType="OPEN", LoadBalancerName="front",
                          Tags=[{"TagKey": "of", "TagValue": "test"}])
    (one,) = made.LoadBalancerIds
    yield one
    cloud.balanced("DeleteLoadBalancer", LoadBalancerIds=[one])


def shown(cloud, one):
    found = cloud.balance("DescribeLoadBalancers", LoadBalancerIds=[one]).LoadBalancerSet
    assert len(found) == 1, found
    return found[0]


def listen(cloud, front, *ports, protocol="TCP", **members):
    return cloud.balanced("CreateListener", LoadBalancerId=front, Ports=list(ports),
                          Protocol=protocol, **members).ListenerIds


def targets(cloud, front):
    """Ports of instances with their weights, by listener."""
    listeners = cloud.balance("DescribeTargets", LoadBalancerId=front).Listeners
    return {one.ListenerId: {(t.InstanceId, t.Port): t.Weight for t in one.Targets}
            for one in listeners}


def instances(cloud, count):
    return [one.InstanceId for one in cloud.instances()][:count]


@pytest.mark.parametrize("signature, method", [
    ("TC3-HMAC-SHA256", "POST"), ("TC3-HMAC-SHA256", "GET"),
    ("HmacSHA1", "POST"), ("HmacSHA256", "GET"),
])
def test_every_signature_of_the_sdk_proves_the_caller(plane, signature, method, front):
    cloud = TencentV3(plane, signature, method)
    tags = [{"Name": "tag:of", "Values": ["test"]}]
    answer = cloud.balance("DescribeLoadBalancers", Filters=tags, Limit=5)
    assert front in [one.LoadBalancerId for one in answer.LoadBalancerSet]


def test_a_load_balancer_lives(cloud):
    made = cloud.balance("CreateLoadBalancer", LoadBalancerType="INTERNAL", Number=2)
    one, two = made.LoadBalancerIds
    by_deal = wait_for(lambda: cloud.balance("DescribeTaskStatus", DealName=made.DealName),
                       lambda seen: seen.Status != 2, "the deal to end")
    assert (by_deal.Status, sorted(by_deal.LoadBalancerIds)) == (0, sorted([one, two]))
    assert (shown(cloud, one).Status, shown(cloud, one).LoadBalancerType) == (1, "INTERNAL")
    assert shown(cloud, one).SubnetId.startswith("subnet-")
    changed = cloud.balanced("ModifyLoadBalancerAttributes", LoadBalancerId=one,
                             LoadBalancerName="inner", DeleteProtect=True)
    assert shown(cloud, one).LoadBalancerName == "inner"
    jobs = cloud.balance("DescribeAsyncJobs", RequestIds=[changed.RequestId])
    assert [(job.ApiName, job.Status, job.ResourceIds) for job in jobs.Jobs] == [
        ("ModifyLoadBalancerAttributes", "Succeeded", [one])]
    code, _ = refusal(lambda: cloud.balance("DeleteLoadBalancer", LoadBalancerIds=[two, one]))
    assert code == "FailedOperation"
    assert shown(cloud, two).Status == 1
    cloud.balanced("ModifyLoadBalancerAttributes", LoadBalancerId=one, DeleteProtect=False)
    cloud.balanced("DeleteLoadBalancer", LoadBalancerIds=[two, one])
    answer = cloud.balance("DescribeLoadBalancers", LoadBalancerIds=[one, two])
    assert (answer.TotalCount, answer.LoadBalancerSet) == (0, [])


def test_listeners_are_made_changed_and_closed(cloud, front):
    plain, secure = listen(cloud, front, 80, 443, ListenerNames=["plain", "secure"])
    code, _ = refusal(lambda: cloud.balance("CreateListener", LoadBalancerId=front, Ports=[443],
                                            Protocol="TCP"))
    assert code == "InvalidParameter.PortCheckFailed"
    listen(cloud, front, 443, protocol="UDP")
    listen(cloud, front, 8443, protocol="HTTPS",
           Certificate={"SSLMode": "UNIDIRECTIONAL", "CertId": "cert-1"})
    cloud.balanced("ModifyListener", LoadBalancerId=front, ListenerId=secure, Scheduler="LEAST_CONN",
                   HealthCheck={"CheckType": "HTTP", "HttpCheckPath": "/ready"})
    answer = cloud.balance("DescribeListeners", LoadBalancerId=front)
    seen = [(one.Protocol, one.Port, one.ListenerName, one.Scheduler) for one in answer.Listeners]
    assert seen == [("TCP", 80, "plain", "WRR"), ("TCP", 443, "secure", "LEAST_CONN"),
                    ("UDP", 443, "", "WRR"), ("HTTPS", 8443, "", None)]
    assert answer.Listeners[1].HealthCheck.HttpCheckPath == "/ready"
    assert answer.Listeners[3].Certificate.CertId == "cert-1"
    cloud.balanced("DeleteListener", LoadBalancerId=front, ListenerId=plain)
    answer = cloud.balance("DescribeListeners", LoadBalancerId=front, Protocol="TCP")
    assert [one.ListenerId for one in answer.Listeners] == [secure]


def test_targets_come_are_weighed_and_go(cloud, front):
    one, two = instances(cloud, 2)
    plain, other = listen(cloud, front, 80, 81)
    cloud.balanced("RegisterTargets", LoadBalancerId=front, ListenerId=plain, Targets=[
        {"InstanceId": one, "Port": 8080}, {"InstanceId": two, "Port": 8080, "Weight": 50}])
    assert targets(cloud, front) == {plain: {(one, 8080): 10, (two, 8080): 50}, other: {}}
    cloud.balanced("ModifyTargetWeight", LoadBalancerId=front, ListenerId=plain, Weight=0,
                   Targets=[{"InstanceId": one, "Port": 8080}])
    cloud.balanced("DeregisterTargets", LoadBalancerId=front, ListenerId=plain,
                   Targets=[{"InstanceId": two, "Port": 8080}])
    assert targets(cloud, front) == {plain: {(one, 8080): 0}, other: {}}
    code, message = refusal(lambda: cloud.balance(
        "RegisterTargets", LoadBalancerId=front, ListenerId=plain,
        Targets=[{"InstanceId": one, "Port": 80}, {"InstanceId": "ins-zzzzzzzz", "Port": 80}]))
    assert code == "InvalidParameter" and "ins-zzzzzzzz" in message
    assert targets(cloud, front) == {plain: {(one, 8080): 0}, other: {}}


def test_a_batch_tells_of_the_listeners_that_failed(cloud, front):
    one, two = instances(cloud, 2)
    good, bad = listen(cloud, front, 80, 81)
    answer = cloud.balance("BatchRegisterTargets", LoadBalancerId=front, Targets=[
        {"ListenerId": good, "InstanceId": one, "Port": 8080},
        {"ListenerId": good, "InstanceId": two, "Port": 8080},
        {"ListenerId": bad, "InstanceId": "ins-zzzzzzzz", "Port": 8080}])
    assert answer.FailListenerIdSet == [bad] and "ins-zzzzzzzz" in answer.Message
    # It was done when the answer came.
    assert targets(cloud, front) == {good: {(one, 8080): 10, (two, 8080): 10}, bad: {}}
    cloud.balanced("BatchModifyTargetWeight", LoadBalancerId=front, ModifyList=[
        {"ListenerId": good, "Weight": 70, "Targets": [
            {"InstanceId": one, "Port": 8080}, {"InstanceId": two, "Port": 8080, "Weight": 0}]}])
    assert targets(cloud, front) == {good: {(one, 8080): 70, (two, 8080): 0}, bad: {}}
    answer = cloud.balance("BatchDeregisterTargets", LoadBalancerId=front, Targets=[
        {"ListenerId": good, "InstanceId": one, "Port": 8080},
        {"ListenerId": good, "InstanceId": two, "Port": 8080}])
    assert (answer.FailListenerIdSet, answer.Message) == ([], "")
    assert targets(cloud, front) == {good: {}, bad: {}}


def test_health_is_what_the_instance_does(cloud, front):
    one, two = instances(cloud, 2)
    (plain,) = listen(cloud, front, 80)
    cloud.balanced("RegisterTargets", LoadBalancerId=front, ListenerId=plain, Targets=[
        {"InstanceId": one, "Port": 80}, {"InstanceId": two, "Port": 80}])

    def health():
        (told,) = cloud.balance("DescribeTargetHealth", LoadBalancerIds=[front]).LoadBalancers
        (rule,) = told.Listeners[0].Rules
        return {target.TargetId: target.HealthStatus for target in rule.Targets}

    for name in (one, two):
        if cloud.instance(name).InstanceState == "STOPPED":
            cloud.call("StartInstances", InstanceIds=[name])
        cloud.reaches(name, "RUNNING")
    assert health() == {one: True, two: True}
    cloud.call("StopInstances", InstanceIds=[two], StopType="HARD")
    cloud.reaches(two, "STOPPED")
    assert health() == {one: True, two: False}
    cloud.call("StartInstances", InstanceIds=[two])
    cloud.reaches(two, "RUNNING")


def test_one_thing_at_a_time(start_plane):
    cloud = TencentV3(start_plane("--pace", "realistic", "--fleet", "2", "--seed", "11"))
    (one,) = cloud.balanced("CreateLoadBalancer", LoadBalancerType="OPEN").LoadBalancerIds

    def code():
        """What a change is refused with that is sent right after another was taken."""
        try:
            for name in ("early", "late"):
                cloud.balance("ModifyLoadBalancerAttributes", LoadBalancerId=one,
                              LoadBalancerName=name)
        except TencentCloudSDKException as error:
            return error.get_code()
        return None

    assert wait_for(code, lambda seen: seen is not None, "the first to be under way still") == (
        "FailedOperation.ResourceInOperating")


def test_api_2_shows_the_same_ones(plane, cloud, front):
    older = Tencent(plane)
    told = older.good("DescribeLoadBalancers", loadBalancerIds=[front])
    (seen,) = told["loadBalancerSet"]
    assert (seen["loadBalancerName"], seen["status"], seen["forward"]) == ("front", 1, 1)
    assert seen["loadBalancerVips"] == shown(cloud, front).LoadBalancerVips
    # A classic one has its backends behind every listener, and is not changed by this version.
    (server,) = instances(cloud, 1)
    classic = older.good("CreateLoadBalancer", loadBalancerType=2, loadBalancerName="old")
    (name,) = [id for ids in classic["unLoadBalancerIds"].values() for id in ids]
    ended(older, classic)
    ended(older, older.good("CreateLoadBalancerListeners", loadBalancerId=name, listeners=[
        {"loadBalancerPort": 80, "instancePort": 8080, "protocol": 2}]))
    ended(older, older.good("RegisterInstancesWithLoadBalancer", loadBalancerId=name, backends=[
        {"instanceId": server, "weight": 30}]))
    ((listener, behind),) = targets(cloud, name).items()
    assert behind == {(server, 8080): 30}
    assert shown(cloud, name).Forward == 0
    code, _ = refusal(lambda: cloud.balance("RegisterTargets", LoadBalancerId=name,
                                            ListenerId=listener,
                                            Targets=[{"InstanceId": server, "Port": 1}]))
    assert code == "FailedOperation"
    cloud.balanced("DeleteLoadBalancer", LoadBalancerIds=[name])


def ended(older, task):
    """Waits for a task of API 2.0, which must succeed."""
    wait_for(lambda: older.good("DescribeLoadBalancersTaskResult",
                              requestId=task["requestId"])["data"]["status"],
             lambda status: status == 0, f"task {task['requestId']}")
