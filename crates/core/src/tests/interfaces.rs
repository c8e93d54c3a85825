//! Interfaces with a life of their own and public addresses, across a restart.

use std::net::Ipv4Addr;

use crate::edits::{
    AddPublicAddresses, BindPublicAddress, CreateInterface, DeleteInterface, Edit,
    UnbindPublicAddress,
};
use crate::engine::{Inbox, Settings};
use crate::model::{
    Asset, AssetKey, FaultKind, NetworkId, Outcome, PortId, PublicAddressId, RequestId, ServerId,
};
use crate::ops::{AddNics, Delete, DeleteNics, NicOrder, Operation, Verdict};
use crate::view::View;

use super::plane::{PROJECT, Plane, command};

pub(super) const S1: ServerId = ServerId(0x5001);
pub(super) const S2: ServerId = ServerId(0x5002);

pub(super) fn edit(
    plane: &mut Plane,
    request: u128,
    edit: Edit,
) -> Result<Vec<AssetKey>, FaultKind> {
    let mut command = command(request, Operation::from(edit), &[]);
    command.numbered = true;
    let receipt = plane.order(command).unwrap().map_err(|fault| fault.kind)?;
    let job = plane.world().job_of_request(RequestId(request)).expect("it has a job");
    assert_eq!((Some(job.id), job.outcome()), (receipt.job, Outcome::AllSucceeded));
    Ok(receipt.made)
}

pub(super) fn interface(plane: &mut Plane, request: u128) -> PortId {
    let made = edit(
        plane,
        request,
        Edit::CreateInterface(CreateInterface {
            vpc: NetworkId(1),
            subnet: NetworkId(2),
            name: "second".into(),
            description: "".into(),
            address: None,
            more: Vec::new(),
            more_of_any: 1,
            security_groups: Vec::new(),
        }),
    );
    match made.unwrap().as_slice() {
        [AssetKey::Interface(PROJECT, port)] => *port,
        other => panic!("{other:?}"),
    }
}

pub(super) fn order(
    plane: &mut Plane,
    request: u128,
    operation: Operation,
    on: ServerId,
) -> Result<(), FaultKind> {
    let receipt = plane.order(command(request, operation, &[on])).unwrap();
    let receipt = receipt.map_err(|fault| fault.kind)?;
    match &receipt.answers[0].verdict {
        Verdict::Refuse(fault) => Err(fault.kind),
        Verdict::Admit | Verdict::AlreadySo(_) => Ok(()),
    }
}

/// Each server has a first interface, which stays.
pub(super) fn plane() -> Plane {
    let mut plane = Plane::new(Settings::default());
    for (request, server) in [(101, S1), (102, S2)] {
        let first = Operation::AddNics(AddNics::new(vec![NicOrder::default()]));
        order(&mut plane, request, first, server).unwrap();
    }
    plane.run().unwrap();
    plane
}

pub(super) fn attach(port: PortId) -> Operation {
    let order = NicOrder { port: Some(port), ..NicOrder::default() };
    Operation::AddNics(AddNics::new(vec![order]))
}

pub(super) fn holder(plane: &Plane, port: PortId) -> (Option<ServerId>, Vec<Ipv4Addr>) {
    let (server, nic) = plane.world().nic(PROJECT, port).expect("it is there");
    (server.map(|server| server.id), nic.addresses().collect())
}

#[test]
fn an_interface_outlives_its_servers_and_keeps_its_addresses() {
    let mut plane = plane();
    let port = interface(&mut plane, 1);
    let (_, addresses) = holder(&plane, port);
    assert_eq!(addresses.len(), 2);
    let taken = |plane: &Plane| {
        let free = |at| !plane.world().address_in_use(PROJECT, Some(NetworkId(2)), at);
        addresses.iter().all(|at| !free(*at))
    };
    assert!(taken(&plane));
    order(&mut plane, 2, attach(port), S1).unwrap();
    // While it is on its way nobody else may have it, and it cannot be forgotten.
    assert_eq!(order(&mut plane, 3, attach(port), S2), Err(FaultKind::NicTaken));
    let delete = Edit::DeleteInterface(DeleteInterface { port });
    assert_eq!(edit(&mut plane, 4, delete.clone()), Err(FaultKind::NicTaken));
    plane = plane.restarted();
    plane.run().unwrap();
    assert_eq!(holder(&plane, port), (Some(S1), addresses.clone()));

    order(&mut plane, 5, Operation::DeleteNics(DeleteNics { ports: vec![port] }), S1).unwrap();
    plane.run().unwrap();
    assert_eq!(holder(&plane, port), (None, addresses.clone()));
    order(&mut plane, 6, attach(port), S2).unwrap();
    plane.run().unwrap();
    order(&mut plane, 7, Operation::Delete(Delete::new(false, false)), S2).unwrap();
    plane.run().unwrap();
    assert!(plane.world().server(S2).is_none());
    assert_eq!(holder(&plane, port), (None, addresses.clone()));
    plane.turn(Inbox { checkpoint: true, ..Inbox::new() }).unwrap();
    plane = plane.restarted();
    assert_eq!(holder(&plane, port), (None, addresses.clone()));
    assert!(taken(&plane));
    assert_eq!(plane.world().check_invariants(), Vec::<String>::new());

    edit(&mut plane, 8, delete).unwrap();
    assert!(plane.world().nic(PROJECT, port).is_none());
    assert!(!taken(&plane));
    plane.turn(Inbox { checkpoint: true, ..Inbox::new() }).unwrap();
    let archive = plane.engine.archive();
    let view = View::new(plane.world(), &*archive, &(), plane.now);
    let job = view.job_of_request(RequestId(8)).expect("an edit's job is archived like others");
    assert_eq!(job.outcome(), Outcome::AllSucceeded);
}

#[test]
fn a_public_address_leads_nowhere_when_what_it_led_to_is_gone() {
    let mut plane = plane();
    let add = AddPublicAddresses { count: 1, name: "".into(), line: "".into() };
    let made = edit(&mut plane, 1, Edit::AddPublicAddresses(add.clone())).unwrap();
    let [AssetKey::PublicAddress(PROJECT, id)] = made.as_slice() else { panic!("{made:?}") };
    let (id, port) = (*id, interface(&mut plane, 2));
    let leads = |plane: &Plane, id: PublicAddressId| {
        plane.world().ends(PROJECT).get(&id).map(|(_, server)| server.map(|server| server.id))
    };
    assert_eq!(leads(&plane, id), None);
    let bind = BindPublicAddress { id, port, address: None };
    edit(&mut plane, 3, Edit::BindPublicAddress(bind.clone())).unwrap();
    assert_eq!(leads(&plane, id), Some(None), "to an interface that no server has");
    let again = edit(&mut plane, 4, Edit::BindPublicAddress(bind));
    assert_eq!(again, Err(FaultKind::PublicAddressInUse));
    order(&mut plane, 5, attach(port), S1).unwrap();
    plane.run().unwrap();
    plane = plane.restarted();
    assert_eq!(leads(&plane, id), Some(Some(S1)));
    let server = plane.world().server(S1).unwrap();
    assert_eq!(plane.world().public_addresses_of(server).count(), 1);

    // What goes with its interface is forgotten with the next change.
    edit(&mut plane, 6, Edit::UnbindPublicAddress(UnbindPublicAddress { id, replaced: true }))
        .unwrap();
    assert_eq!(plane.world().public_addresses(PROJECT).count(), 2);
    order(&mut plane, 7, Operation::DeleteNics(DeleteNics { ports: vec![port] }), S1).unwrap();
    plane.run().unwrap();
    edit(&mut plane, 8, Edit::DeleteInterface(DeleteInterface { port })).unwrap();
    assert_eq!(leads(&plane, id), None);
    edit(&mut plane, 9, Edit::AddPublicAddresses(add)).unwrap();
    let all = plane.world().assets().filter(|one| matches!(one, Asset::PublicAddress(_)));
    assert_eq!(all.count(), 2, "the first and the last");
}
