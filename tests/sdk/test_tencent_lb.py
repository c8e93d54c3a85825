"""API 2.0 of load balancers, classic and application ones: an order is a task with a number."""

import pytest

from support.tencent import Tencent

SERVE = ("--pace", "quick", "--fleet", "8", "--seed", "11")


@pytest.fixture
def tencent(plane):
    return Tencent(plane)


def done(tencent, action, **parameters):
    """An order, its task followed to its good end."""
    answer = tencent.good(action, **parameters)
    assert isinstance(answer["requestId"], int)
    assert tencent.balancer_task(answer["requestId"]) == 0
    return answer


def made(tencent, **parameters):
    answer = done(tencent, "CreateLoadBalancer", loadBalancerType=2, **parameters)
    assert answer["dealIds"] == [str(answer["requestId"])]
    (one,) = answer["unLoadBalancerIds"][answer["dealIds"][0]]
    return one


@pytest.fixture
def classic(tencent):
    one = made(tencent, loadBalancerName="front")
    yield one
    done(tencent, "DeleteLoadBalancers", loadBalancerIds=[one])


@pytest.fixture
def application(tencent):
    one = made(tencent, loadBalancerName="roads", forward=1)
    yield one
    done(tencent, "DeleteLoadBalancers", loadBalancerIds=[one])


def shown(tencent, one):
    (found,) = tencent.good("DescribeLoadBalancers", loadBalancerIds=[one], forward=-1)["loadBalancerSet"]
    return found


def pair(tencent):
    return [one["unInstanceId"] for one in tencent.instances()][:2]


def refused(tencent, action, code, **parameters):
    answer = tencent.call(action, **parameters)
    assert answer["code"] == code, answer
    assert "requestId" not in answer
    return answer["message"]


def test_a_deal_of_several_application_ones_and_their_names(tencent, newer_look):
    answer = done(tencent, "CreateLoadBalancer", loadBalancerType=3, forward=1, number=2, projectId=7)
    ids = answer["unLoadBalancerIds"][answer["dealIds"][0]]
    assert len(set(ids)) == 2
    of_project = tencent.good("DescribeLoadBalancers", projectId=7, forward=1)
    assert sorted(one["loadBalancerId"] for one in of_project["loadBalancerSet"]) == sorted(ids)
    done(tencent, "ModifyForwardLBName", loadBalancerId=ids[0], loadBalancerName="renamed")
    assert shown(tencent, ids[0])["loadBalancerName"] == "renamed"
    newer = newer_look("DescribeLoadBalancers", LoadBalancerIds=[ids[0]])
    (seen,) = newer.LoadBalancerSet
    assert (seen.LoadBalancerName, seen.ProjectId, seen.Forward) == ("renamed", 7, 1)
    done(tencent, "DeleteLoadBalancers", loadBalancerIds=ids)


def test_a_classic_one_changes_name_and_domain(tencent, classic):
    before = shown(tencent, classic)
    done(tencent, "ModifyLoadBalancerAttributes", loadBalancerId=classic, loadBalancerName="shop",
         domainPrefix="new-shop")
    after = shown(tencent, classic)
    assert (before["loadBalancerName"], after["loadBalancerName"]) == ("front", "shop")
    assert after["domain"].startswith("new-shop-") and after["domain"] != before["domain"]


def test_classic_listeners_change_and_go(tencent, classic):
    listeners = [{"loadBalancerPort": 80, "instancePort": 8080, "protocol": 1},
                 {"loadBalancerPort": 22, "instancePort": 8022, "protocol": 2}]
    web, shell = done(tencent, "CreateLoadBalancerListeners", loadBalancerId=classic,
                      listeners=listeners)["listenerIds"]
    look = lambda one: tencent.good("DescribeLoadBalancerListeners", loadBalancerId=classic,
                                    listenerIds=[one])["listenerSet"][0]
    assert (look(web)["httpHash"], look(web)["sessionExpire"]) == ("wrr", 0)
    done(tencent, "ModifyLoadBalancerListener", loadBalancerId=classic, listenerId=web,
         httpHash="ip_hash", sessionExpire=60, healthSwitch=0)
    assert (look(web)["httpHash"], look(web)["sessionExpire"], look(web)["healthSwitch"]) == ("ip_hash", 60, 0)
    assert look(web)["intervalTime"] == 5
    refused(tencent, "ModifyLoadBalancerListener", 4000, loadBalancerId=classic, listenerId=shell,
            httpHash="wrr")
    done(tencent, "DeleteLoadBalancerListeners", loadBalancerId=classic, listenerIds=[web])
    left = tencent.good("DescribeLoadBalancerListeners", loadBalancerId=classic)["listenerSet"]
    assert [one["unListenerId"] for one in left] == [shell]


def test_classic_backends_are_weighed_and_looked_after(tencent, classic):
    one, two = pair(tencent)
    done(tencent, "CreateLoadBalancerListeners", loadBalancerId=classic,
         listeners=[{"loadBalancerPort": 22, "instancePort": 8022, "protocol": 2}])
    refused(tencent, "ModifyLoadBalancerBackends", 5000, loadBalancerId=classic,
            backends=[{"instanceId": one, "weight": 3}])
    done(tencent, "RegisterInstancesWithLoadBalancer", loadBalancerId=classic,
         backends=[{"instanceId": one}, {"instanceId": two}])
    done(tencent, "ModifyLoadBalancerBackends", loadBalancerId=classic,
         backends=[{"instanceId": one, "weight": 3}])
    backends = tencent.good("DescribeLoadBalancerBackends", loadBalancerId=classic)["backendSet"]
    assert {b["unInstanceId"]: b["weight"] for b in backends} == {one: 3, two: 10}
    health = tencent.good("DescribeLBHealthStatus", loadBalancerId=classic)["data"]
    assert sorted(h["ip"] for h in health) == sorted(b["lanIp"] for b in backends)
    assert {(h["protocol"], h["port"], h["vport"], h["healthStatus"]) for h in health} == {
        ("TCP", 8022, 22, 1)}


def of_listener(tencent, application, listener):
    (found,) = tencent.good("DescribeForwardLBBackends", loadBalancerId=application,
                            listenerIds=[listener])["data"]
    return {(b["unInstanceId"], b["port"]): b["weight"] for b in found["backends"]}


def test_a_listener_of_layer_4_and_its_own_backends(tencent, application, newer_look):
    one, two = pair(tencent)
    (shell,) = done(tencent, "CreateForwardLBFourthLayerListeners", loadBalancerId=application,
                    listeners=[{"loadBalancerPort": 22, "protocol": 2, "listenerName": "shell"}])["listenerIds"]
    place = {"loadBalancerId": application, "listenerId": shell}
    bare = tencent.good("DescribeLoadBalancers", loadBalancerIds=[application], forward=-1, withRs=1)
    assert bare["loadBalancerSet"] == []
    done(tencent, "RegisterInstancesWithForwardLBFourthListener", **place, backends=[
        {"instanceId": one, "port": 80}, {"instanceId": one, "port": 81, "weight": 5},
        {"instanceId": two, "port": 80, "weight": 0}])
    assert of_listener(tencent, application, shell) == {(one, 80): 10, (one, 81): 5, (two, 80): 0}
    bound = tencent.good("DescribeLoadBalancers", loadBalancerIds=[application], forward=-1, withRs=1)
    assert bound["totalCount"] == 1
    done(tencent, "ModifyForwardFourthBackendsWeight", **place,
         backends=[{"instanceId": two, "port": 80, "weight": 77}])
    assert of_listener(tencent, application, shell)[two, 80] == 77
    newer = newer_look("DescribeTargets", LoadBalancerId=application).Listeners
    assert {(t.InstanceId, t.Port): t.Weight for t in newer[0].Targets} == {
        (one, 80): 10, (one, 81): 5, (two, 80): 77}
    done(tencent, "ModifyForwardLBFourthListener", **place, scheduler="least_conn", intervalTime=9)
    (seen,) = tencent.good("DescribeForwardLBListeners", loadBalancerId=application)["listenerSet"]
    assert (seen["listenerId"], seen["protocolType"], seen["scheduler"], seen["intervalTime"],
            seen["listenerName"]) == (shell, "tcp", "least_conn", 9, "shell")
    (health,) = tencent.good("DescribeForwardLBHealthStatus", loadBalancerIds=[application])["data"]
    assert sorted(b["port"] for b in health["listener"][0]["backends"]) == [80, 80, 81]
    done(tencent, "DeregisterInstancesFromForwardLBFourthListener", **place, backends=[{"instanceId": one}])
    assert of_listener(tencent, application, shell) == {(two, 80): 77}
    done(tencent, "DeleteForwardLBListener", **place)
    assert tencent.good("DescribeForwardLBListeners", loadBalancerId=application)["listenerSet"] == []


def test_listeners_of_layer_7_have_certificates(tencent, application):
    web, secure = done(tencent, "CreateForwardLBSeventhLayerListeners", loadBalancerId=application, listeners=[
        {"loadBalancerPort": 80, "protocol": 1},
        {"loadBalancerPort": 443, "protocol": 4, "SSLMode": "unidirectional", "certId": "4b9fc92b"},
    ])["listenerIds"]
    done(tencent, "ModifyForwardLBSeventhListener", loadBalancerId=application, listenerId=secure,
         listenerName="secure", SSLMode="mutual", certCaId="ee4c5590")
    seen = {one["listenerId"]: one for one in
            tencent.good("DescribeForwardLBListeners", loadBalancerId=application)["listenerSet"]}
    assert (seen[secure]["SSLMode"], seen[secure]["certId"], seen[secure]["certCaId"]) == (
        "mutual", "4b9fc92b", "ee4c5590")
    assert "certId" not in seen[web]
    refused(tencent, "ModifyForwardLBFourthListener", 4000, loadBalancerId=application, listenerId=web)


def test_each_kind_has_actions_of_its_own(tencent, classic, application):
    listeners = [{"loadBalancerPort": 22, "instancePort": 22, "protocol": 2}]
    for action, wrong in [("CreateLoadBalancerListeners", application),
                          ("CreateForwardLBFourthLayerListeners", classic)]:
        message = refused(tencent, action, 5100, loadBalancerId=wrong, listeners=listeners)
        assert wrong in message
    refused(tencent, "ModifyForwardLBName", 5100, loadBalancerId=classic, loadBalancerName="x")
    refused(tencent, "DescribeForwardLBListeners", 5100, loadBalancerId=classic)
    refused(tencent, "DescribeLoadBalancerBackends", 5100, loadBalancerId=application)


def test_prices_are_told(tencent):
    assert tencent.good("InquiryLBPrice", loadBalancerType=2)["price"] == 2
    price = tencent.good("InquiryLBPriceAll", {
        "loadBalancerType": 2, "lbChargeType": "POSTPAID_BY_HOUR", "goodsNum": 2,
        "internetAccessible.internetChargeType": "BANDWIDTH_POSTPAID_BY_HOUR",
        "internetAccessible.internetMaxBandwidthOut": 10})["price"]
    assert price == {"lbIdPrice": {"unitPrice": 0.04, "chargeUnit": "HOUR"},
                     "bandwidthPrice": {"unitPrice": 1.2, "chargeUnit": "HOUR"}}


@pytest.fixture
def web(tencent, application):
    """Listeners of HTTP and HTTPS, each with two rules: by listener, the ids of its rules."""
    ids = done(tencent, "CreateForwardLBSeventhLayerListeners", loadBalancerId=application, listeners=[
        {"loadBalancerPort": 80, "protocol": 1},
        {"loadBalancerPort": 443, "protocol": 4, "SSLMode": "unidirectional", "certId": "4b9fc92b"},
    ])["listenerIds"]
    for one in ids:
        done(tencent, "CreateForwardLBListenerRules", loadBalancerId=application, listenerId=one, rules=[
            {"domain": "www.example.com", "url": "/"},
            {"domain": "www.example.com", "url": "/shop", "httpHash": "ip_hash", "sessionExpire": 60}])
    found = {one: [rule["locationId"] for rule in rules(tencent, application, one)] for one in ids}
    assert all(len(of) == 2 for of in found.values())
    return found


def rules(tencent, application, listener):
    (found,) = tencent.good("DescribeForwardLBListeners", loadBalancerId=application,
                            listenerIds=[listener])["listenerSet"]
    return found["rules"]


def test_rules_change_and_go(tencent, application, web):
    listener, (home, shop) = next(iter(web.items()))
    place = {"loadBalancerId": application, "listenerId": listener}
    before = {one["locationId"]: one for one in rules(tencent, application, listener)}
    assert (before[shop]["url"], before[shop]["httpHash"], before[shop]["sessionExpire"]) == (
        "/shop", "ip_hash", 60)
    done(tencent, "ModifyLoadBalancerRulesProbe", **place, locationId=home, url="/home", healthSwitch=0,
         httpCheckPath="/alive")
    done(tencent, "ModifyForwardLBRulesDomain", **place, domain="www.example.com", newDomain="*.example.org")
    after = {one["locationId"]: one for one in rules(tencent, application, listener)}
    assert {one["domain"] for one in after.values()} == {"*.example.org"}
    assert (after[home]["url"], after[home]["healthSwitch"], after[home]["httpCheckPath"]) == (
        "/home", 0, "/alive")
    assert after[shop]["healthSwitch"] == 1
    refused(tencent, "ModifyLoadBalancerRulesProbe", 4000, **place, locationId=home, url="/shop")
    done(tencent, "DeleteForwardLBListenerRules", **place, domain="*.example.org", url="/shop")
    assert [one["locationId"] for one in rules(tencent, application, listener)] == [home]


def of_rules(tencent, application, listener):
    (found,) = tencent.good("DescribeForwardLBBackends", loadBalancerId=application,
                            listenerIds=[listener])["data"]
    return {rule["locationId"]: {(b["unInstanceId"], b["port"]): b["weight"] for b in rule["backends"]}
            for rule in found["rules"]}


def test_rules_have_backends_of_their_own(tencent, application, web, newer_look):
    one, two = pair(tencent)
    listener, (home, shop) = next(iter(web.items()))
    place = {"loadBalancerId": application, "listenerId": listener}
    done(tencent, "RegisterInstancesWithForwardLBSeventhListener", **place, locationIds=[home, shop],
         backends=[{"instanceId": one, "port": 80}, {"instanceId": two, "port": 80, "weight": 5}])
    both = {(one, 80): 10, (two, 80): 5}
    assert of_rules(tencent, application, listener) == {home: both, shop: both}
    done(tencent, "ModifyForwardSeventhBackends", **place, domain="www.example.com", url="/shop",
         backends=[{"instanceId": one, "port": 80, "weight": 77}])
    done(tencent, "ModifyForwardSeventhBackendsPort", **place, locationIds=[home],
         backends=[{"instanceId": two, "port": 80, "newPort": 8080, "weight": 9}])
    assert of_rules(tencent, application, listener) == {
        home: {(one, 80): 10, (two, 8080): 9}, shop: {(one, 80): 77, (two, 80): 5}}
    (health,) = tencent.good("DescribeForwardLBHealthStatus", loadBalancerIds=[application])["data"]
    checked = {rule["locationId"]: sorted(b["port"] for b in rule["backends"])
               for seen in health["listener"] for rule in seen["rules"] if seen["listenerId"] == listener}
    assert checked == {home: [80, 8080], shop: [80, 80]}
    newer = newer_look("DescribeTargets", LoadBalancerId=application, ListenerIds=[listener])
    assert {rule.LocationId: {(t.InstanceId, t.Port): t.Weight for t in rule.Targets}
            for rule in newer.Listeners[0].Rules} == of_rules(tencent, application, listener)
    done(tencent, "DeregisterInstancesFromForwardLB", **place, backends=[{"instanceId": one}])
    assert of_rules(tencent, application, listener) == {home: {(two, 8080): 9}, shop: {(two, 80): 5}}


def test_a_backend_of_layer_4_moves_to_another_port(tencent, application):
    (one, _) = pair(tencent)
    (shell,) = done(tencent, "CreateForwardLBFourthLayerListeners", loadBalancerId=application,
                    listeners=[{"loadBalancerPort": 22, "protocol": 2}])["listenerIds"]
    place = {"loadBalancerId": application, "listenerId": shell}
    done(tencent, "RegisterInstancesWithForwardLBFourthListener", **place,
         backends=[{"instanceId": one, "port": 22, "weight": 5}])
    done(tencent, "ModifyForwardFourthBackendsPort", **place,
         backends=[{"instanceId": one, "port": 22, "newPort": 2222}])
    assert of_listener(tencent, application, shell) == {(one, 2222): 5}


def test_rules_send_their_clients_on(tencent, application, web):
    (plain, (home, shop)), (secure, (safe_home, safe_shop)) = web.items()
    ends = {"loadBalancerId": application, "sourceuListenerId": plain, "targetuListenerId": secure}
    ways = lambda: {one["uLocationId"]: (one["targetuLocationId"], one["bAutoCreated"]) for one in tencent.good(
        "DescribeRewrite", loadBalancerIds=[application])["data"]["RewriteSet"]}
    assert ways() == {}
    done(tencent, "ManualRewrite", **ends,
         rewriteInfo=[{"sourceLocation": home, "targetLocation": safe_shop}])
    assert ways() == {home: (safe_shop, 0)}
    done(tencent, "DeleteRewrite", **ends,
         delRewriteInfo=[{"sourceLocation": home, "targetLocation": safe_shop}])
    assert ways() == {}
    done(tencent, "AutoRewrite", loadBalancerId=application, listenerId=secure)
    assert ways() == {home: (safe_home, 1), shop: (safe_shop, 1)}


def test_a_clone_has_the_same_with_ids_of_its_own(tencent, application, web):
    (one, _) = pair(tencent)
    listener, (home, _) = next(iter(web.items()))
    done(tencent, "RegisterInstancesWithForwardLBSeventhListener", loadBalancerId=application,
         listenerId=listener, locationIds=[home], backends=[{"instanceId": one, "port": 80}])
    for kind, bound in [("all", 1), ("onlyListener", 0)]:
        clone = tencent.good("CloneLB", loadBalancerId=application, cloneType=kind)["cloneLBId"]
        assert shown(tencent, clone)["loadBalancerName"] == f"cloneFrom-{application}"
        data = tencent.good("DescribeForwardLBBackends", loadBalancerId=clone)["data"]
        assert [len(seen["rules"]) for seen in data] == [2, 2]
        assert sum(len(rule["backends"]) for seen in data for rule in seen["rules"]) == bound
        assert not {seen["listenerId"] for seen in data} & set(web)
        done(tencent, "DeleteLoadBalancers", loadBalancerIds=[clone])


def test_a_certificate_is_found_and_replaced(tencent, application, classic):
    done(tencent, "CreateForwardLBSeventhLayerListeners", loadBalancerId=application, listeners=[
        {"loadBalancerPort": 443, "protocol": 4, "SSLMode": "unidirectional", "certId": "old-one"}])
    done(tencent, "CreateLoadBalancerListeners", loadBalancerId=classic, listeners=[
        {"loadBalancerPort": 443, "instancePort": 443, "protocol": 4, "SSLMode": "mutual",
         "certId": "another", "certCaId": "old-one"}])
    users = lambda: {name: {one["loadBalancerId"] for one in found} for name, found in tencent.good(
        "GetCertListWithLoadBalancer", certIds=["old-one", "new-one"])["certSet"].items()}
    assert users() == {"old-one": {application, classic}, "new-one": set()}
    tencent.good("ReplaceCert", oldCertId="old-one", newCertId="new-one")
    assert users() == {"old-one": set(), "new-one": {application, classic}}
    refused(tencent, "ReplaceCert", 4000, oldCertId="old-one", newCertId="new-one")
