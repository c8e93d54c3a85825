//! Ways out of networks, across a restart; and an interface that goes from one server to another.

use std::net::Ipv4Addr;

use super::interfaces::{S1, S2, attach, edit, holder, interface, order, plane};
use super::plane::{PROJECT, Plane, VPC, command};
use crate::edits::{
    AddGateway, AddPublicAddresses, Addresses, BindPublicAddress, ChangeGateway, Edit,
    GatewayChange, NewWay, RemoveGateways, RemovePublicAddresses,
};
use crate::engine::Inbox;
use crate::limits::GATEWAY_ADDRESSES_MAX;
use crate::model::{
    AddressRange, AssetKey, Cidr, FaultKind, GatewayId, Hints, Outcome, PortId, PublicAddressId,
    RequestId, Translation, Tunnel, Way,
};
use crate::ops::{MoveNic, Operation};

fn add(plane: &mut Plane, request: u128, name: &str, way: NewWay) -> Result<GatewayId, FaultKind> {
    let vpc = (!matches!(way, NewWay::Site { .. })).then_some(VPC);
    let new = AddGateway { vpc, name: name.into(), way, hints: Hints::new() };
    match edit(plane, request, Edit::AddGateway(new))?.first() {
        Some(AssetKey::Gateway(PROJECT, id)) => Ok(*id),
        other => panic!("{other:?}"),
    }
}

fn change(
    plane: &mut Plane,
    request: u128,
    id: GatewayId,
    change: GatewayChange,
) -> Result<(), FaultKind> {
    edit(plane, request, Edit::ChangeGateway(ChangeGateway { id, change })).map(drop)
}

fn remove(plane: &mut Plane, request: u128, ids: &[GatewayId]) -> Result<(), FaultKind> {
    edit(plane, request, Edit::RemoveGateways(RemoveGateways { ids: ids.to_vec() })).map(drop)
}

fn new(count: u32) -> Addresses {
    Addresses { more: count, ..Addresses::default() }
}

fn shared(addresses: Addresses) -> NewWay {
    NewWay::Shared { connections_max: 1, bandwidth_mbps: 1, addresses }
}

/// By the log alone, and by rows.
fn restarted_twice(plane: Plane) -> Plane {
    let mut plane = plane.restarted();
    plane.turn(Inbox { checkpoint: true, ..Inbox::new() }).unwrap();
    let plane = plane.restarted();
    assert_eq!(plane.world().check_invariants(), Vec::<String>::new());
    plane
}

#[test]
fn a_public_address_serves_a_gateway_or_leads_to_an_interface() {
    let mut plane = plane();
    let made = AddPublicAddresses { count: 1, name: "".into(), line: "".into() };
    let made = edit(&mut plane, 1, Edit::AddPublicAddresses(made)).unwrap();
    let [AssetKey::PublicAddress(PROJECT, id)] = made.as_slice() else { panic!("{made:?}") };
    let id: PublicAddressId = *id;
    let own = plane.world().public_address(PROJECT, id).unwrap().address;
    let named = Addresses { own: vec![own], ..Addresses::default() };

    let gateway = add(&mut plane, 2, "out", shared(named.clone())).unwrap();
    let mut plane = restarted_twice(plane);
    let serving = |plane: &Plane| {
        let gateway = plane.world().gateway(PROJECT, gateway).unwrap();
        plane.world().serving(gateway).map(|one| one.address).collect::<Vec<_>>()
    };
    assert_eq!(serving(&plane), [own]);

    // Meanwhile it is nobody else's, and stays.
    let other = add(&mut plane, 3, "other", shared(named.clone()));
    assert_eq!(other, Err(FaultKind::PublicAddressInUse));
    let gone = Edit::RemovePublicAddresses(RemovePublicAddresses { ids: vec![id] });
    assert_eq!(edit(&mut plane, 4, gone.clone()), Err(FaultKind::PublicAddressInUse));
    let port = interface(&mut plane, 5);
    let bind = Edit::BindPublicAddress(BindPublicAddress { id, port, address: None });
    assert_eq!(edit(&mut plane, 6, bind.clone()), Err(FaultKind::PublicAddressInUse));
    let alone = change(&mut plane, 7, gateway, GatewayChange::Release(vec![own]));
    assert_eq!(alone, Err(FaultKind::GatewayUnfit), "one must stay");

    change(&mut plane, 8, gateway, GatewayChange::Serve(new(2))).unwrap();
    let most = u32::try_from(GATEWAY_ADDRESSES_MAX).unwrap();
    let many = change(&mut plane, 9, gateway, GatewayChange::Serve(new(most - 2)));
    assert_eq!(many, Err(FaultKind::QuotaExceeded));
    change(&mut plane, 10, gateway, GatewayChange::Release(vec![own])).unwrap();
    assert_eq!(serving(&plane).len(), 2);
    edit(&mut plane, 11, bind).unwrap();
    let back = change(&mut plane, 12, gateway, GatewayChange::Serve(named));
    assert_eq!(back, Err(FaultKind::PublicAddressInUse), "it leads to an interface");

    remove(&mut plane, 13, &[gateway]).unwrap();
    let plane = restarted_twice(plane);
    let all = plane.world().public_addresses(PROJECT);
    assert!(all.filter(|one| one.kept && one.serves.is_none()).count() == 3);
}

#[test]
fn what_a_tunnel_needs_stays_as_long_as_the_tunnel() {
    let mut plane = plane();
    let near = add(&mut plane, 1, "near", NewWay::Vpn { bandwidth_mbps: 5 }).unwrap();
    let address = Ipv4Addr::new(203, 0, 113, 7);
    let far = add(&mut plane, 2, "far", NewWay::Site { address }).unwrap();
    let again = add(&mut plane, 3, "again", NewWay::Site { address });
    assert_eq!(again, Err(FaultKind::GatewayInUse));
    assert_eq!(
        add(&mut plane, 4, "far", NewWay::Site { address: Ipv4Addr::LOCALHOST }),
        Err(FaultKind::GatewayExists)
    );
    let range = Cidr { base: Ipv4Addr::new(10, 0, 0, 0), bits: 8 };
    let between =
        |gateway, site| NewWay::Tunnel(Tunnel { gateway, site, pairs: vec![(range, range)] });
    let wrong = add(&mut plane, 5, "t", between(far, near));
    assert_eq!(wrong, Err(FaultKind::GatewayNotFound), "the ends are of their sorts");
    let tunnel = add(&mut plane, 6, "t", between(near, far)).unwrap();
    assert_eq!(remove(&mut plane, 7, &[far]), Err(FaultKind::GatewayInUse));
    let both = remove(&mut plane, 8, &[near, tunnel]);
    assert_eq!(both, Err(FaultKind::GatewayInUse), "all or none");
    let mut plane = restarted_twice(plane);
    assert_eq!(plane.world().gateways(PROJECT).count(), 3);
    remove(&mut plane, 9, &[tunnel]).unwrap();
    remove(&mut plane, 10, &[near, far]).unwrap();
    assert_eq!(restarted_twice(plane).world().gateways(PROJECT).count(), 0);
}

#[test]
fn a_line_translates_each_address_once() {
    let mut plane = plane();
    let line = add(&mut plane, 1, "line", NewWay::Line { translates: true }).unwrap();
    let plain = add(&mut plane, 2, "line", NewWay::Line { translates: false }).unwrap();
    let second = add(&mut plane, 3, "more", NewWay::Line { translates: true });
    assert_eq!(second, Err(FaultKind::GatewayExists));
    let one = |from: u8, to: u8| Translation {
        from: Some(Ipv4Addr::new(192, 168, 0, from)),
        to: AddressRange::one(Ipv4Addr::new(10, 0, 0, to)),
        words: "".into(),
        description: "".into(),
    };
    let translate = |all: Vec<Translation>| GatewayChange::Translate(all);
    change(&mut plane, 4, line, translate(vec![one(1, 1), one(2, 2)])).unwrap();
    let mut refused =
        |request, id, all| change(&mut plane, request, id, translate(all)).unwrap_err();
    assert_eq!(refused(5, line, vec![one(3, 3), one(1, 4)]), FaultKind::TranslationExists);
    assert_eq!(refused(6, line, vec![one(3, 3), one(4, 3)]), FaultKind::AddressInUse);
    assert_eq!(refused(7, plain, vec![one(3, 3)]), FaultKind::GatewayUnfit);

    let key = |one: &Translation| (one.from, one.to);
    let new = one(1, 9);
    let retranslate = GatewayChange::Retranslate { old: key(&one(1, 1)), new: new.clone() };
    change(&mut plane, 8, line, retranslate).unwrap();
    let mut plane = restarted_twice(plane);
    let told = |plane: &Plane| match &plane.world().gateway(PROJECT, line).unwrap().way {
        Way::Line { translations, .. } => translations.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        told(&plane),
        [new, one(2, 2)],
        "it keeps its place, and what was refused left nothing"
    );
    let gone = GatewayChange::Untranslate(vec![key(&one(2, 2)), key(&one(1, 1))]);
    assert_eq!(change(&mut plane, 9, line, gone), Err(FaultKind::TranslationNotFound));
    assert_eq!(told(&plane).len(), 2);
}

fn migrate(plane: &mut Plane, request: u128, port: PortId) -> Outcome {
    let operation = Operation::MoveNic(MoveNic::new(port, S1));
    plane.order(command(request, operation, &[S1, S2])).unwrap().unwrap();
    plane.run().unwrap();
    plane.world().job_of_request(RequestId(request)).unwrap().outcome()
}

#[test]
fn an_interface_moves_from_one_server_to_the_other() {
    let mut plane = plane();
    let port = interface(&mut plane, 1);
    order(&mut plane, 2, attach(port), S1).unwrap();
    plane.run().unwrap();
    let (_, addresses) = holder(&plane, port);
    assert_eq!(migrate(&mut plane, 3, port), Outcome::AllSucceeded);
    assert_eq!(holder(&plane, port), (Some(S2), addresses.clone()));
    let plane = restarted_twice(plane);
    assert_eq!(holder(&plane, port), (Some(S2), addresses));
}

#[test]
fn an_interface_on_its_way_is_found_again_after_a_crash() {
    let mut plane = plane();
    let port = interface(&mut plane, 1);
    order(&mut plane, 2, attach(port), S1).unwrap();
    plane.run().unwrap();
    let operation = Operation::MoveNic(MoveNic::new(port, S1));
    plane.order(command(3, operation, &[S1, S2])).unwrap().unwrap();
    // The second server's turn has not come.
    assert_eq!(holder(&plane, port).0, Some(S1));
    let mut plane = plane.restarted();
    plane.run().unwrap();
    assert_eq!(holder(&plane, port).0, Some(S2));
    let job = plane.world().job_of_request(RequestId(3)).unwrap();
    assert_eq!(job.outcome(), Outcome::AllSucceeded);
    assert_eq!(plane.world().check_invariants(), Vec::<String>::new());
}

#[test]
fn an_interface_that_the_first_server_has_not_stays_where_it_is() {
    let mut plane = plane();
    let port = interface(&mut plane, 1);
    order(&mut plane, 2, attach(port), S2).unwrap();
    plane.run().unwrap();
    assert_eq!(migrate(&mut plane, 3, port), Outcome::AllFailed);
    assert_eq!(holder(&plane, port).0, Some(S2));
}
