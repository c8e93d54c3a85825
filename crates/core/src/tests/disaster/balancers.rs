//! What the story has of load balancers: `lb-a` forwards ports, `lb-r` by rules, `lb-b` is deleted.

use crate::command::{Command, TargetRef};
use crate::model::{
    Backend, Certificates, ForwardingRule, Handle, HealthCheck, Hints, Listener, ListenerId,
    LoadBalancer, Member, Membership, NetworkId, Place, Probe, Protocol, Reach, RuleId, ServerId,
    Time,
};
use crate::ops::{
    ChangeDomain, ChangeListener, ChangeLoadBalancer, ChangeRule, CreateListeners,
    CreateLoadBalancers, CreateRules, DeleteListeners, DeleteLoadBalancers, DeleteRules,
    DeregisterBackends, DeregisterMembers, DomainWay, EndRedirections, GroupsChange, Mint, Move,
    MoveMembers, Operation, Redirect, RedirectToHttps, RegisterBackends, RegisterMembers,
    ReplaceCertificate, Way, WeighBackends, WeighMembers,
};
use crate::tests::plane::command_on;
use crate::world::World;

use super::{new_server, s};

fn balancer<'w>(world: &'w World, name: &str) -> &'w LoadBalancer {
    world.balancers().find(|balancer| &*balancer.name == name).expect("it is there")
}

fn on(name: &str, world: &World, request: u128, operation: Operation) -> Command {
    command_on(request, operation, vec![TargetRef::Balancer(balancer(world, name).id)])
}

fn on_a(world: &World, request: u128, operation: Operation) -> Command {
    on("lb-a", world, request, operation)
}

fn on_r(world: &World, request: u128, operation: Operation) -> Command {
    on("lb-r", world, request, operation)
}

fn listener_at(world: &World, name: &str, port: u16) -> ListenerId {
    let mut listeners = balancer(world, name).listeners.iter();
    listeners
        .find(|listener| listener.port == port)
        .map_or(ListenerId(Handle::fold(0)), |one| one.id)
}

fn secure(world: &World) -> ListenerId {
    listener_at(world, "lb-r", 443)
}

fn rule_at(world: &World, domain: &str, path: &str) -> RuleId {
    let listener = balancer(world, "lb-r").listener(secure(world));
    listener
        .and_then(|one| one.rule_for(domain, path))
        .map_or(RuleId(Handle::fold(0)), |rule| rule.id)
}

pub const fn to(server: ServerId, port: u16) -> Member {
    Member { server, port, weight: 10, since: Time(0) }
}

fn member(world: &World, at: u16, server: ServerId, port: u16) -> Membership {
    Membership::of(listener_at(world, "lb-a", at).into(), to(server, port))
}

fn member_of_rule(world: &World, path: &str, server: ServerId, port: u16) -> Membership {
    let place = Place { listener: secure(world), rule: Some(rule_at(world, "a.example", path)) };
    Membership::of(place, to(server, port))
}

fn health() -> HealthCheck {
    HealthCheck {
        on: true,
        timeout_s: 2,
        interval_s: 5,
        healthy_after: 3,
        unhealthy_after: 3,
        http_codes: 31,
        http_path: "/".into(),
        probe: Probe::default(),
    }
}

pub fn listener(port: u16, protocol: Protocol) -> Listener {
    Listener {
        id: ListenerId(Handle::fold(0)),
        name: format!("port {port}").into(),
        port,
        backend_port: port,
        protocol,
        scheduler: "wrr".into(),
        session_s: 0,
        health: health(),
        certificate: None,
        client_certificate: None,
        members: Vec::new(),
        rules: Vec::new(),
        default_domain: None,
        created_at: None,
        hints: Hints::default(),
    }
}

pub fn rule(domain: &str, path: &str) -> ForwardingRule {
    ForwardingRule {
        id: RuleId(Handle::fold(0)),
        domain: domain.into(),
        path: path.into(),
        scheduler: "wrr".into(),
        session_s: 0,
        health: health(),
        certificates: None,
        members: Vec::new(),
        redirection: None,
        automatic: false,
        created_at: None,
        hints: Hints::default(),
    }
}

pub fn made(names: &[&str], routes: bool, like: Option<&LoadBalancer>) -> Operation {
    Operation::CreateLoadBalancers(CreateLoadBalancers {
        names: names.iter().map(|name| (*name).into()).collect(),
        reach: Reach::Public,
        routes,
        domain_prefix: None,
        network: None,
        subnet: None,
        tags: Vec::new(),
        hints: Hints::default(),
        like: like.map(|balancer| balancer.id),
        bare: false,
    })
}

pub fn create(_: &World) -> Vec<Command> {
    vec![
        command_on(9, made(&["lb-a", "lb-b"], false, None), Vec::new()),
        command_on(109, made(&["lb-r"], true, None), Vec::new()),
    ]
}

pub fn open(world: &World) -> Vec<Command> {
    let plain = vec![listener(80, Protocol::Tcp), listener(443, Protocol::Tcp)];
    let secure = vec![listener(443, Protocol::Https), listener(9000, Protocol::Tls)];
    let open = |listeners| Operation::CreateListeners(CreateListeners { listeners });
    vec![on_a(world, 10, open(plain)), on_r(world, 110, open(secure))]
}

pub fn forward(world: &World) -> Vec<Command> {
    let backends =
        [s(1), new_server(world, "n2")].map(|server| Backend { server, weight: 10 }).to_vec();
    let certificates = Some(Certificates { own: "cert".into(), of_clients: None });
    let rules = vec![
        rule("a.example", "/"),
        ForwardingRule { certificates, ..rule("a.example", "/shop") },
        rule("b.example", "/"),
    ];
    let create =
        CreateRules { listener: secure(world), rules, default_domain: Some("b.example".into()) };
    vec![
        on_a(world, 11, Operation::RegisterBackends(RegisterBackends { backends })),
        on_r(world, 111, Operation::CreateRules(create)),
    ]
}

pub fn register(world: &World) -> Vec<Command> {
    let register = |members| Operation::RegisterMembers(RegisterMembers { members });
    let members = vec![member(world, 80, s(1), 8080), member(world, 443, s(3), 8443)];
    let of_rules = vec![
        member_of_rule(world, "/", s(1), 8080),
        member_of_rule(world, "/shop", s(1), 8080),
        member_of_rule(world, "/shop", s(1), 8081),
        member_of_rule(world, "/shop", s(3), 8080),
    ];
    vec![on_a(world, 100, register(members)), on_r(world, 112, register(of_rules))]
}

pub fn weigh_and_move(world: &World) -> Vec<Command> {
    let mut heavy = member(world, 443, s(3), 8443);
    heavy.member.weight = 77;
    let weigh = Operation::WeighMembers(WeighMembers { members: vec![heavy] });
    // One takes the place that the other leaves.
    let moves = [(8080, 8081), (8081, 9000)].map(|(from, port)| Move {
        from: member_of_rule(world, "/shop", s(1), from),
        port,
        weight: Some(60),
    });
    let moves = Operation::MoveMembers(MoveMembers { moves: moves.to_vec() });
    vec![on_a(world, 101, weigh), on_r(world, 113, moves)]
}

pub fn change(world: &World) -> Vec<Command> {
    let change = ChangeListener {
        listener: listener_at(world, "lb-a", 443),
        name: Some("secure".into()),
        scheduler: Some("least_conn".into()),
        session_s: Some(30),
        health: None,
        certificates: None,
        hints: Hints::default(),
    };
    let of_rule = ChangeRule {
        listener: secure(world),
        rule: rule_at(world, "a.example", "/"),
        path: Some("/home".into()),
        scheduler: Some("least_conn".into()),
        session_s: None,
        health: None,
        hints: Hints::default(),
    };
    vec![
        on_a(world, 102, Operation::ChangeListener(change)),
        on_r(world, 114, Operation::ChangeRule(of_rule)),
    ]
}

pub fn leave(world: &World) -> Vec<Command> {
    let leave = DeregisterMembers { members: vec![member(world, 80, s(1), 8080)] };
    let rename = ChangeDomain {
        listener: secure(world),
        domain: "a.example".into(),
        new_name: Some("c.example".into()),
        certificates: None,
        default_domain: Some("c.example".into()),
        hints: Hints::default(),
    };
    vec![
        on_a(world, 103, Operation::DeregisterMembers(leave)),
        on_r(world, 115, Operation::ChangeDomain(rename)),
    ]
}

pub fn close(world: &World) -> Vec<Command> {
    let close = DeleteListeners { listeners: vec![listener_at(world, "lb-a", 80)] };
    let domains = vec![DomainWay { domain: "c.example".into(), code: 301, keeps_path: true }];
    let redirect = RedirectToHttps { listener: secure(world), domains, mint: Mint::default() };
    vec![
        on_a(world, 104, Operation::DeleteListeners(close)),
        on_r(world, 116, Operation::RedirectToHttps(redirect)),
    ]
}

pub fn certify(world: &World) -> Vec<Command> {
    let replace = ReplaceCertificate { old: "cert".into(), new: "newer".into() };
    vec![on_r(world, 107, Operation::ReplaceCertificate(replace))]
}

pub fn remember(world: &World) -> Vec<Command> {
    let change = ChangeLoadBalancer {
        name: None,
        domain_prefix: Some("shop".into()),
        hints: [("bandwidth".into(), Some("5".into()))].into(),
        security_groups: Some(GroupsChange::To(vec![NetworkId(0x60)])),
    };
    vec![
        on_a(world, 105, Operation::ChangeLoadBalancer(change)),
        command_on(117, made(&["lb-s"], true, Some(balancer(world, "lb-r"))), Vec::new()),
    ]
}

pub fn redirect(world: &World) -> Vec<Command> {
    let weigh = WeighBackends { backends: vec![Backend { server: s(1), weight: 3 }] };
    let way = Way {
        from: rule_at(world, "b.example", "/"),
        to: rule_at(world, "c.example", "/home"),
        code: 302,
        keeps_path: false,
    };
    vec![
        on_a(world, 106, Operation::WeighBackends(weigh)),
        on_r(world, 118, Operation::Redirect(Redirect { ways: vec![way] })),
    ]
}

pub fn end(world: &World) -> Vec<Command> {
    let leave = DeregisterBackends { servers: vec![s(1)] };
    let ways = vec![(rule_at(world, "b.example", "/"), rule_at(world, "c.example", "/home"))];
    let mut commands = vec![
        on_a(world, 12, Operation::DeregisterBackends(leave)),
        on_r(world, 119, Operation::EndRedirections(EndRedirections { ways })),
    ];
    let other = world.balancers().find(|balancer| &*balancer.name == "lb-b");
    commands.extend(other.map(|other| {
        let delete = Operation::DeleteLoadBalancers(DeleteLoadBalancers {});
        command_on(13, delete, vec![TargetRef::Balancer(other.id)])
    }));
    commands
}

/// The rule that goes takes with it what sent clients to it, and leaves the default to another.
pub fn prune(world: &World) -> Vec<Command> {
    let delete = DeleteRules {
        listener: secure(world),
        rules: vec![rule_at(world, "c.example", "/home")],
        default_domain: Some("b.example".into()),
    };
    vec![on_r(world, 120, Operation::DeleteRules(delete))]
}
