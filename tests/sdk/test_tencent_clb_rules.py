"""API 3.0 of load balancers: rules, redirections, copies, and those of the older kind."""

import pytest

from support.tencent import Tencent
from support.tencent_v3 import TencentV3, refusal

SERVE = ("--pace", "quick", "--fleet", "8", "--seed", "11")

CERTIFICATE = {"SSLMode": "UNIDIRECTIONAL", "CertId": "cert-1"}


@pytest.fixture
def cloud(plane):
    return TencentV3(plane)


@pytest.fixture
def front(cloud):
    """A load balancer of this test alone, which listens to HTTPS."""
    made = cloud.balanced("CreateLoadBalancer", LoadBalancerType="OPEN", LoadBalancerName="rules")
    (one,) = made.LoadBalancerIds
    yield Front(cloud, one)
    cloud.balanced("DeleteLoadBalancer", LoadBalancerIds=[one])


class Front:
    def __init__(self, cloud, balancer):
        self.cloud = cloud
        self.id = balancer
        (self.secure,) = self.orders("CreateListener", Ports=[443], Protocol="HTTPS",
                                     Certificate=CERTIFICATE).ListenerIds

    def orders(self, action, **members):
        return self.cloud.balanced(action, LoadBalancerId=self.id, **members)

    def looks(self, action, **members):
        return self.cloud.balance(action, LoadBalancerId=self.id, **members)

    def rules(self, *rules, listener=None, **members):
        made = self.orders("CreateRule", ListenerId=listener or self.secure,
                           Rules=[dict(Domain=domain, Url=url, **members)
                                  for domain, url in rules])
        return made.LocationIds

    def shown(self, listener=None):
        """The rules of a listener by their ids."""
        found = self.looks("DescribeListeners", ListenerIds=[listener or self.secure])
        (one,) = found.Listeners
        return {rule.LocationId: rule for rule in one.Rules}

    def spelled(self, listener=None):
        return [(rule.Domain, rule.Url) for rule in self.shown(listener).values()]

    def targets(self):
        """Ports of instances with their weights, by rule."""
        (one,) = self.looks("DescribeTargets", ListenerIds=[self.secure]).Listeners
        return {rule.LocationId: {(t.InstanceId, t.Port): t.Weight for t in rule.Targets}
                for rule in one.Rules}


def instances(cloud, count):
    return [one.InstanceId for one in cloud.instances()][:count]


def test_rules_are_made_changed_and_deleted(front):
    assert front.shown() == {}
    home, shop = front.rules(("a.example", "/"), ("a.example", "/shop"), Scheduler="IP_HASH")
    (other,) = front.rules(("b.example", "/"), DefaultServer=True)
    assert front.spelled() == [("a.example", "/"), ("a.example", "/shop"), ("b.example", "/")]
    assert [rule.DefaultServer for rule in front.shown().values()] == [False, False, True]
    code, message = refusal(lambda: front.rules(("a.example", "/")))
    assert code == "InvalidParameter" and "a.example/" in message
    front.orders("ModifyRule", ListenerId=front.secure, LocationId=shop, Url="/store",
                 SessionExpireTime=60, HealthCheck={"HttpCheckPath": "/up"})
    changed = front.shown()[shop]
    assert (changed.Url, changed.SessionExpireTime, changed.Scheduler) == ("/store", 60, "IP_HASH")
    assert changed.HealthCheck.HttpCheckPath == "/up"
    front.orders("ModifyDomain", ListenerId=front.secure, Domain="a.example",
                 NewDomain="c.example")
    assert front.spelled()[:2] == [("c.example", "/"), ("c.example", "/store")]
    front.orders("ModifyDomainAttributes", ListenerId=front.secure, Domain="c.example",
                 DefaultServer=True, Http2=True)
    rules = front.shown()
    assert [rules[one].DefaultServer for one in (home, shop, other)] == [True, True, False]
    assert [rules[one].Http2 for one in (home, shop, other)] == [True, True, False]
    front.orders("DeleteRule", ListenerId=front.secure, LocationIds=[home])
    front.orders("DeleteRule", ListenerId=front.secure, Domain="c.example",
                 NewDefaultServerDomain="b.example")
    assert list(front.shown()) == [other]
    assert front.shown()[other].DefaultServer


def test_rules_have_targets_of_their_own(cloud, front):
    one, two = instances(cloud, 2)
    home, shop = front.rules(("a.example", "/"), ("a.example", "/shop"))
    assert front.targets() == {home: {}, shop: {}}
    front.orders("RegisterTargets", ListenerId=front.secure, LocationId=home,
                 Targets=[{"InstanceId": one, "Port": 80}])
    front.orders("RegisterTargets", ListenerId=front.secure, Domain="a.example", Url="/shop",
                 Targets=[{"InstanceId": one, "Port": 80, "Weight": 5},
                          {"InstanceId": two, "Port": 80}])
    assert front.targets() == {home: {(one, 80): 10}, shop: {(one, 80): 5, (two, 80): 10}}
    front.orders("ModifyTargetPort", ListenerId=front.secure, LocationId=shop, NewPort=8080,
                 Targets=[{"InstanceId": one, "Port": 80}])
    front.orders("ModifyTargetWeight", ListenerId=front.secure, LocationId=shop, Weight=0,
                 Targets=[{"InstanceId": two, "Port": 80}])
    assert front.targets()[shop] == {(one, 8080): 5, (two, 80): 0}
    code, _ = refusal(lambda: front.looks(
        "RegisterTargets", ListenerId=front.secure, Targets=[{"InstanceId": one, "Port": 80}]))
    assert code == "MissingParameter"
    code, _ = refusal(lambda: front.looks(
        "RegisterTargets", ListenerId=front.secure, LocationId="loc-zzzzzzzz",
        Targets=[{"InstanceId": one, "Port": 80}]))
    assert code == "InvalidParameter.LocationNotFound"
    health = cloud.balance("DescribeTargetHealth", LoadBalancerIds=[front.id],
                           LocationIds=[home]).LoadBalancers[0].Listeners[0].Rules
    assert [(rule.LocationId, rule.Url, [t.TargetId for t in rule.Targets])
            for rule in health] == [(home, "/", [one])]
    answer = front.looks("BatchDeregisterTargets", Targets=[
        {"ListenerId": front.secure, "LocationId": shop, "InstanceId": one, "Port": 8080},
        {"ListenerId": front.secure, "LocationId": home, "InstanceId": one, "Port": 80}])
    assert answer.FailListenerIdSet == []
    assert front.targets() == {home: {}, shop: {(two, 80): 0}}
    front.orders("DeregisterTargets", ListenerId=front.secure, LocationId=shop,
                 Targets=[{"InstanceId": two, "Port": 80}])
    assert front.targets() == {home: {}, shop: {}}


def test_clients_of_plain_http_are_sent_on(front):
    home, shop = front.rules(("a.example", "/"), ("b.example", "/"))
    front.orders("AutoRewrite", ListenerId=front.secure, Domains=["a.example"],
                 RewriteCodes=[301], TakeUrls=[True])
    plain = front.looks("DescribeListeners", Protocol="HTTP").Listeners
    assert [(one.Port, len(one.Rules)) for one in plain] == [(80, 1)]
    (rule,) = plain[0].Rules
    assert (rule.Domain, rule.BeAutoCreated, rule.RewriteTarget.TargetLocationId,
            rule.RewriteTarget.RewriteCode, rule.RewriteTarget.RewriteType) == (
        "a.example", True, home, 301, "Auto")
    info = {"SourceLocationId": shop, "TargetLocationId": home}
    between = {"SourceListenerId": front.secure, "TargetListenerId": front.secure}
    front.orders("ManualRewrite", RewriteInfos=[info], **between)
    sources = front.looks("DescribeRewrite").RewriteSet
    assert [(one.LocationId, one.RewriteTarget.RewriteType) for one in sources] == [
        (shop, "Manual"), (rule.LocationId, "Auto")]
    code, _ = refusal(lambda: front.looks("ManualRewrite", RewriteInfos=[
        {"SourceLocationId": home, "TargetLocationId": shop}], **between))
    assert code == "InvalidParameter.RewriteAlreadyExist"
    front.orders("DeleteRewrite", RewriteInfos=[info], **between)
    code, _ = refusal(lambda: front.looks("DeleteRewrite", RewriteInfos=[info], **between))
    assert code == "InvalidParameter.SomeRewriteNotFound"
    front.orders("DeleteRule", ListenerId=front.secure, LocationIds=[home])
    assert front.looks("DescribeRewrite").RewriteSet == []


def test_a_load_balancer_is_copied_with_all_it_has(cloud, front):
    (one,) = instances(cloud, 1)
    (home,) = front.rules(("a.example", "/"))
    front.orders("RegisterTargets", ListenerId=front.secure, LocationId=home,
                 Targets=[{"InstanceId": one, "Port": 80}])
    asked = front.orders("CloneLoadBalancer", LoadBalancerName="copy")
    task = cloud.balance("DescribeTaskStatus", TaskId=asked.RequestId)
    (copy,) = task.LoadBalancerIds
    assert copy != front.id
    (listener,) = cloud.balance("DescribeTargets", LoadBalancerId=copy).Listeners
    (rule,) = listener.Rules
    assert listener.ListenerId != front.secure and rule.LocationId != home
    assert [(t.InstanceId, t.Port) for t in rule.Targets] == [(one, 80)]
    details = cloud.balance("DescribeLoadBalancersDetail", TargetType="NODE",
                            Fields=["Domain", "Port", "TargetId"],
                            Filters=[{"Name": "loadbalancer-id", "Values": [copy]}])
    assert [(line.LoadBalancerName, line.Domain, line.Port, line.TargetId, line.Status)
            for line in details.LoadBalancerDetailSet] == [("copy", "a.example", 443, one, None)]
    address = cloud.instance(one)
    fronts = cloud.balance("DescribeLBListeners", Backends=[
        {"VpcId": address.VirtualPrivateCloud.VpcId,
         "PrivateIp": address.PrivateIpAddresses[0]}]).LoadBalancers
    assert {front.id, copy} <= {found.LoadBalancerId for found in fronts}
    cloud.balanced("DeleteLoadBalancerListeners", LoadBalancerId=copy)
    assert cloud.balance("DescribeListeners", LoadBalancerId=copy).Listeners == []
    cloud.balanced("DeleteLoadBalancer", LoadBalancerIds=[copy])
    assert list(front.targets()) == [home]


def test_security_groups_and_projects_are_changed(cloud, front):
    def shown():
        (one,) = cloud.balance("DescribeLoadBalancers",
                               LoadBalancerIds=[front.id]).LoadBalancerSet
        return one

    group = next(group for one in cloud.instances() for group in one.SecurityGroupIds)
    assert shown().SecureGroups == []
    front.orders("SetLoadBalancerSecurityGroups", SecurityGroups=[group])
    assert shown().SecureGroups == [group]
    cloud.balanced("SetSecurityGroupForLoadbalancers", SecurityGroup=group, OperationType="DEL",
                   LoadBalancerIds=[front.id])
    assert shown().SecureGroups == []
    cloud.balanced("ModifyLoadBalancersProject", LoadBalancerIds=[front.id], ProjectId=7)
    assert shown().ProjectId == 7
    quotas = {one.QuotaId: one for one in cloud.balance("DescribeQuota").QuotaSet}
    assert quotas["TOTAL_OPEN_CLB_QUOTA"].QuotaCurrent >= 1
    price = cloud.balance("InquiryPriceCreateLoadBalancer", LoadBalancerType="OPEN",
                          LoadBalancerChargeType="POSTPAID").Price
    assert (price.InstancePrice.ChargeUnit, price.BandwidthPrice.ChargeUnit) == ("HOUR", "GB")


def test_tcp_is_decrypted_with_a_certificate(cloud, front):
    (one,) = instances(cloud, 1)
    code, _ = refusal(lambda: front.looks("CreateListener", Ports=[9443], Protocol="TCP_SSL"))
    assert code == "MissingParameter"
    (listener,) = front.orders("CreateListener", Ports=[9443], Protocol="TCP_SSL",
                               Certificate=CERTIFICATE).ListenerIds
    front.orders("RegisterTargets", ListenerId=listener, Targets=[{"InstanceId": one, "Port": 80}])
    seen = front.looks("DescribeListeners").Listeners
    assert [(one.Protocol, one.Certificate.CertId) for one in seen] == [
        ("HTTPS", "cert-1"), ("TCP_SSL", "cert-1")]
    (found,) = front.looks("DescribeTargets", ListenerIds=[listener]).Listeners
    assert [(target.InstanceId, target.Port) for target in found.Targets] == [(one, 80)]


def test_those_of_the_older_kind_are_served_too(cloud, plane):
    older = Tencent(plane)
    one, two = instances(cloud, 2)
    made = older.good("CreateLoadBalancer", loadBalancerType=2, loadBalancerName="old")
    assert older.balancer_task(made["requestId"]) == 0
    (balancer,) = next(iter(made["unLoadBalancerIds"].values()))
    asked = older.good("CreateLoadBalancerListeners", {
        "loadBalancerId": balancer, "listeners.0.loadBalancerPort": 80,
        "listeners.0.instancePort": 8080, "listeners.0.protocol": 2})
    assert older.balancer_task(asked["requestId"]) == 0
    cloud.balanced("RegisterTargetsWithClassicalLB", LoadBalancerId=balancer, Targets=[
        {"InstanceId": one}, {"InstanceId": two, "Weight": 3}])

    def backends():
        found = cloud.balance("DescribeClassicalLBTargets", LoadBalancerId=balancer).Targets
        return {target.InstanceId: target.Weight for target in found}

    assert backends() == {one: 10, two: 3}
    (listener,) = cloud.balance("DescribeClassicalLBListeners", LoadBalancerId=balancer).Listeners
    assert (listener.ListenerPort, listener.InstancePort, listener.Protocol) == (80, 8080, "TCP")
    health = cloud.balance("DescribeClassicalLBHealthStatus", LoadBalancerId=balancer,
                           ListenerId=listener.ListenerId).HealthList
    assert [(seen.ListenerPort, seen.Port, seen.HealthStatus) for seen in health] == [
        (80, 8080, 1), (80, 8080, 1)]
    found = cloud.balance("DescribeClassicalLBByInstanceId", InstanceIds=[one])
    assert [item.LoadBalancerIds for item in found.LoadBalancerInfoList] == [[balancer]]
    cloud.balanced("DeregisterTargetsFromClassicalLB", LoadBalancerId=balancer, InstanceIds=[one])
    assert backends() == {two: 3}
    code, _ = refusal(lambda: cloud.balance("CreateRule", LoadBalancerId=balancer,
                                            ListenerId=listener.ListenerId,
                                            Rules=[{"Domain": "a.example", "Url": "/"}]))
    assert code == "FailedOperation"
    cloud.balanced("DeleteLoadBalancer", LoadBalancerIds=[balancer])
