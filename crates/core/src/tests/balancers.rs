//! Load balancers that forward by rules: what they refuse, and what one change does to another's
//! work.

use crate::command::TargetRef;
use crate::engine::Settings;
use crate::model::{
    Certificates, FaultKind, Hints, ListenerId, LoadBalancer, Membership, Place, Protocol, RuleId,
    ServerId,
};
use crate::ops::{
    ChangeDomain, ChangeListener, CreateRules, DeleteListeners, DeleteRules, DomainWay,
    EndRedirections, Mint, Move, MoveMembers, Operation, Redirect, RedirectToHttps,
    RegisterMembers, ReplaceCertificate, Verdict, Way,
};

use super::disaster::balancers::{listener, made, rule, to};
use super::plane::{Plane, command_on};

const SERVER: ServerId = ServerId(0x5001);

/// A load balancer with listeners of HTTPS at 443 and of TCP at 9000. The first has two rules for
/// `a.example` and one for `b.example`.
struct Front {
    plane: Plane,
    request: u128,
}

impl Front {
    fn new() -> Front {
        let mut front = Front { plane: Plane::new(Settings::default()), request: 1 };
        front
            .plane
            .order(command_on(1, made(&["front"], true, None), Vec::new()))
            .unwrap()
            .unwrap();
        front.plane.run().unwrap();
        let listeners = vec![listener(443, Protocol::Https), listener(9000, Protocol::Tcp)];
        let open = crate::ops::CreateListeners { listeners };
        front.does(Operation::CreateListeners(open));
        let rules =
            vec![rule("a.example", "/"), rule("a.example", "/shop"), rule("b.example", "/")];
        front.does(front.create(rules));
        front
    }

    fn order(&mut self, operation: Operation) -> Verdict {
        self.request += 1;
        let target = TargetRef::Balancer(self.balancer().id);
        let command = command_on(self.request, operation, vec![target]);
        let receipt = self.plane.order(command).unwrap().unwrap();
        self.plane.run().unwrap();
        assert_eq!(self.plane.world().check_invariants(), [""; 0]);
        receipt.answers[0].verdict.clone()
    }

    fn does(&mut self, operation: Operation) {
        assert_eq!(self.order(operation), Verdict::Admit);
    }

    fn refuses(&mut self, operation: Operation) -> FaultKind {
        match self.order(operation) {
            Verdict::Refuse(fault) => fault.kind,
            other => panic!("{other:?}"),
        }
    }

    fn balancer(&self) -> &LoadBalancer {
        self.plane.world().balancers().next().expect("it is there")
    }

    fn at(&self, port: u16) -> ListenerId {
        self.balancer().listeners.iter().find(|one| one.port == port).expect("it is there").id
    }

    fn rule(&self, port: u16, domain: &str, path: &str) -> RuleId {
        let listener = self.balancer().listener(self.at(port)).expect("it is there");
        listener.rule_for(domain, path).expect("it is there").id
    }

    fn spelled(&self, port: u16) -> Vec<String> {
        let listener = self.balancer().listener(self.at(port)).expect("it is there");
        listener.rules.iter().map(|rule| format!("{}{}", rule.domain, rule.path)).collect()
    }

    fn default_domain(&self) -> Option<&str> {
        self.balancer().listener(self.at(443)).and_then(|one| one.default_domain.as_deref())
    }

    fn create(&self, rules: Vec<crate::model::ForwardingRule>) -> Operation {
        let listener = self.at(443);
        Operation::CreateRules(CreateRules { listener, rules, default_domain: None })
    }

    fn way(&self, from: (u16, &str, &str), to: (u16, &str, &str)) -> Operation {
        let from = self.rule(from.0, from.1, from.2);
        let to = self.rule(to.0, to.1, to.2);
        let way = Way { from, to, code: 302, keeps_path: false };
        Operation::Redirect(Redirect { ways: vec![way] })
    }

    fn to_https(&self, domain: &str) -> Operation {
        let domains = vec![DomainWay { domain: domain.into(), code: 301, keeps_path: true }];
        let (listener, mint) = (self.at(443), Mint::default());
        Operation::RedirectToHttps(RedirectToHttps { listener, domains, mint })
    }
}

#[test]
fn rules_are_for_listeners_that_read_what_they_forward() {
    let mut front = Front::new();
    let listener = front.at(9000);
    let rules = vec![rule("a.example", "/")];
    let create = CreateRules { listener, rules: rules.clone(), default_domain: None };
    assert_eq!(front.refuses(Operation::CreateRules(create)), FaultKind::ListenerUnfit);
    let create = front.create(rules);
    assert_eq!(front.refuses(create), FaultKind::RuleExists);

    // A member is behind a rule of one and behind the other itself, and nowhere else.
    let of_rule = Place { listener: front.at(443), rule: Some(front.rule(443, "a.example", "/")) };
    let wrong = Place { listener, rule: of_rule.rule };
    let register = |place| {
        let members = vec![Membership::of(place, to(SERVER, 80))];
        Operation::RegisterMembers(RegisterMembers { members })
    };
    assert_eq!(front.refuses(register(wrong)), FaultKind::RuleNotFound);
    let bare = front.at(443).into();
    assert_eq!(front.refuses(register(bare)), FaultKind::ListenerUnfit);
    front.does(register(of_rule));
    front.does(register(listener.into()));
    assert_eq!(front.balancer().members().count(), 2);
}

#[test]
fn members_change_places_at_once_and_never_share_one() {
    let mut front = Front::new();
    let place: Place =
        Place { listener: front.at(443), rule: Some(front.rule(443, "a.example", "/shop")) };
    let members = [80, 81].map(|port| Membership::of(place, to(SERVER, port))).to_vec();
    front.does(Operation::RegisterMembers(RegisterMembers { members }));
    let moved = |ways: &[(u16, u16)]| {
        let one = |(from, port): &(u16, u16)| Move {
            weight: None,
            from: Membership::of(place, to(SERVER, *from)),
            port: *port,
        };
        Operation::MoveMembers(MoveMembers { moves: ways.iter().map(one).collect() })
    };
    assert_eq!(front.refuses(moved(&[(80, 81)])), FaultKind::PortInUse);
    assert_eq!(front.refuses(moved(&[(82, 83)])), FaultKind::BackendNotFound);
    front.does(moved(&[(80, 81), (81, 80)]));
    front.does(moved(&[(80, 8080)]));
    let from = Membership::of(place, to(SERVER, 8080));
    let heavier = vec![Move { from, port: 8080, weight: Some(77) }];
    front.does(Operation::MoveMembers(MoveMembers { moves: heavier }));
    let weights: Vec<u32> = front.balancer().members().map(|member| member.weight).collect();
    assert_eq!(weights, [10, 77]);
    let ports: Vec<u16> = front.balancer().members().map(|member| member.port).collect();
    assert_eq!(ports, [81, 8080]);
}

#[test]
fn a_listener_with_rules_always_has_a_domain_by_default() {
    let mut front = Front::new();
    assert_eq!(front.default_domain(), Some("a.example"), "the first, since none was named");
    let rename = ChangeDomain {
        listener: front.at(443),
        domain: "a.example".into(),
        new_name: Some("c.example".into()),
        certificates: None,
        default_domain: None,
        hints: Hints::new(),
    };
    front.does(Operation::ChangeDomain(rename.clone()));
    assert_eq!(front.default_domain(), Some("c.example"));
    assert_eq!(front.spelled(443), ["c.example/", "c.example/shop", "b.example/"]);
    assert_eq!(front.refuses(Operation::ChangeDomain(rename)), FaultKind::RuleNotFound);
    let onto = ChangeDomain {
        listener: front.at(443),
        domain: "b.example".into(),
        new_name: Some("c.example".into()),
        certificates: None,
        default_domain: None,
        hints: Hints::new(),
    };
    assert_eq!(front.refuses(Operation::ChangeDomain(onto)), FaultKind::RuleExists);

    let rules = vec![front.rule(443, "c.example", "/"), front.rule(443, "c.example", "/shop")];
    let delete = |rules: Vec<RuleId>, default_domain: Option<&str>| {
        let default_domain = default_domain.map(Into::into);
        Operation::DeleteRules(DeleteRules { listener: front.at(443), rules, default_domain })
    };
    let nowhere = delete(rules.clone(), Some("c.example"));
    let rest = delete(rules, None);
    assert_eq!(front.refuses(nowhere), FaultKind::RuleNotFound, "it goes, too");
    front.does(rest);
    assert_eq!(front.default_domain(), Some("b.example"));
}

#[test]
fn nobody_is_sent_in_a_circle_or_twice() {
    let mut front = Front::new();
    let (a, shop, b) =
        ((443, "a.example", "/"), (443, "a.example", "/shop"), (443, "b.example", "/"));
    assert_eq!(front.refuses(front.way(a, a)), FaultKind::RedirectionUnfit);
    front.does(front.way(a, b));
    assert_eq!(front.refuses(front.way(b, a)), FaultKind::RedirectionUnfit, "a circle");
    assert_eq!(front.refuses(front.way(b, shop)), FaultKind::RedirectionUnfit, "a chain");
    assert_eq!(front.refuses(front.way(shop, a)), FaultKind::RedirectionUnfit, "a chain");
    assert_eq!(front.refuses(front.way(a, shop)), FaultKind::RedirectionUnfit, "two ways");
    front.does(front.way(shop, b));
    let end = |from, to| Operation::EndRedirections(EndRedirections { ways: vec![(from, to)] });
    let ids = [a, shop, b].map(|(port, domain, path)| front.rule(port, domain, path));
    assert_eq!(front.refuses(end(ids[0], ids[1])), FaultKind::RedirectionNotFound);
    front.does(end(ids[0], ids[2]));
    let left = front.balancer().rules().filter(|(_, rule)| rule.redirection.is_some()).count();
    assert_eq!(left, 1);
}

#[test]
fn plain_http_is_opened_for_those_who_are_to_be_sent_on() {
    let mut front = Front::new();
    assert_eq!(front.refuses(front.to_https("z.example")), FaultKind::RuleNotFound);
    front.does(front.to_https("a.example"));
    assert_eq!(front.spelled(80), ["a.example/", "a.example/shop"]);
    let from = front.balancer().rule(front.rule(80, "a.example", "/shop")).expect("made").1;
    let way = from.redirection.as_ref().expect("it leads on");
    assert_eq!(way.to, front.rule(443, "a.example", "/shop"));
    assert!(from.automatic && way.automatic && way.keeps_path);

    // Again is the same; another domain joins the listener that is there.
    front.does(front.to_https("a.example"));
    front.does(front.to_https("b.example"));
    assert_eq!(front.spelled(80).len(), 3);
    assert_eq!(front.balancer().listeners.len(), 3);

    // Where they would have been sent is closed: they stay.
    let close = DeleteListeners { listeners: vec![front.at(443)] };
    front.does(Operation::DeleteListeners(close));
    assert!(front.balancer().rules().all(|(_, rule)| rule.redirection.is_none()));
}

#[test]
fn what_is_at_port_80_may_be_in_the_way() {
    let mut front = Front::new();
    let open = crate::ops::CreateListeners { listeners: vec![listener(80, Protocol::Tcp)] };
    front.does(Operation::CreateListeners(open));
    assert_eq!(front.refuses(front.to_https("a.example")), FaultKind::PortInUse);
}

#[test]
fn a_copy_may_leave_behind_what_the_other_forwards_to() {
    let mut front = Front::new();
    let at = Place { listener: front.at(443), rule: Some(front.rule(443, "a.example", "/")) };
    let members = vec![Membership::of(at, to(SERVER, 80))];
    front.does(Operation::RegisterMembers(RegisterMembers { members }));
    for (request, bare, count) in [(90, true, 0), (91, false, 1)] {
        let Operation::CreateLoadBalancers(mut copy) =
            made(&["copy"], true, Some(front.balancer()))
        else {
            panic!("it makes a load balancer");
        };
        copy.bare = bare;
        let command = command_on(request, Operation::CreateLoadBalancers(copy), Vec::new());
        let receipt = front.plane.order(command).unwrap().unwrap();
        front.plane.run().unwrap();
        let id = receipt.balancers().next().expect("one is made");
        let copied = front.plane.world().balancer(id).expect("it is there");
        assert_eq!((copied.rules().count(), copied.members().count()), (3, count));
    }
}

#[test]
fn a_certificate_is_replaced_wherever_it_is() {
    let mut front = Front::new();
    let own = |name: &str, of_clients: Option<&str>| {
        Some(Certificates { own: name.into(), of_clients: of_clients.map(Into::into) })
    };
    let listener = front.at(443);
    front.does(Operation::ChangeDomain(ChangeDomain {
        listener,
        domain: "a.example".into(),
        new_name: None,
        certificates: own("old", Some("old")),
        default_domain: None,
        hints: Hints::default(),
    }));
    front.does(Operation::ChangeListener(ChangeListener {
        listener,
        name: None,
        scheduler: None,
        session_s: None,
        health: None,
        certificates: own("other", Some("old")),
        hints: Hints::default(),
    }));
    let replace = ReplaceCertificate { old: "old".into(), new: "new".into() };
    front.does(Operation::ReplaceCertificate(replace));
    let found = front.balancer().listener(listener).expect("it is there");
    assert_eq!(found.certificate.as_deref(), Some("other"));
    assert_eq!(found.client_certificate.as_deref(), Some("new"));
    let of_rules: Vec<_> = found.rules.iter().map(|rule| rule.certificates.clone()).collect();
    assert_eq!(of_rules, [own("new", Some("new")), own("new", Some("new")), None]);
}
