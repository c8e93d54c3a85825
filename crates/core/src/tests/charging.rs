//! How servers and disks are paid for, and their disks made larger, through a restart from the log and
//! from rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::edits::{ChangeDiskTerms, Edit};
use crate::engine::{Inbox, Settings};
use crate::model::{FaultKind, HintChanges, ServerId, VolumeId};
use crate::ops::{ChangeCharging, ExtendVolumes, Operation, Running, Terms, Verdict, VolumeOrder};
use crate::world::{AnyDisk, DiskState};

use super::plane::{PROJECT, Plane, command, command_on, create, seeded_disk};

const ONE: ServerId = ServerId(0x5001);

fn until(value: Option<&str>) -> HintChanges {
    [("until".into(), value.map(Arc::from))].into()
}

fn terms(from: Option<&str>, to: &str) -> Terms {
    Terms { from: until(from), hints: until(Some(to)) }
}

fn order(from: Option<&str>, to: &str) -> Operation {
    Operation::ChangeCharging(ChangeCharging::each([(ONE, terms(from, to))].into()))
}

fn verdict(plane: &mut Plane, request: u128, operation: Operation) -> Verdict {
    let receipt = plane.order(command(request, operation, &[ONE])).unwrap().unwrap();
    receipt.answers[0].verdict.clone()
}

#[test]
fn terms_reckoned_from_what_is_no_longer_so_are_refused() {
    for checkpoint in [false, true] {
        let mut plane = Plane::new(Settings::default());
        assert_eq!(verdict(&mut plane, 1, order(None, "1")), Verdict::Admit);
        let late = verdict(&mut plane, 2, order(None, "1"));
        assert_eq!(late, Verdict::refuse(FaultKind::ServerBusy));
        assert_eq!(verdict(&mut plane, 3, order(Some("1"), "2")), Verdict::Admit);
        plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
        let plane = plane.restarted();
        let said = plane.world().server(ONE).unwrap().details.hints.get("until").cloned();
        assert_eq!(said.as_deref(), Some("2"));
    }
}

#[test]
fn terms_of_a_disk_are_kept_to_as_well() {
    let mut plane = Plane::new(Settings::default());
    let volume = seeded_disk(1).id;
    let mut change = |request, from, to| {
        let edit = Edit::ChangeDiskTerms(ChangeDiskTerms { volume, terms: terms(from, to) });
        let answer = plane.order(command_on(request, edit.into(), Vec::new())).unwrap();
        answer.map(|_| ()).map_err(|fault| fault.kind)
    };
    assert_eq!(change(1, None, "1"), Ok(()));
    assert_eq!(change(2, None, "1"), Err(FaultKind::VolumeInUse));
    let plane = plane.restarted();
    let said = plane.world().disk(PROJECT, volume).unwrap().hints.get("until").cloned();
    assert_eq!(said.as_deref(), Some("1"));
}

fn sized(id: VolumeId, size_gib: u32, running: Running) -> Operation {
    let sizes = BTreeMap::from([(id, size_gib)]);
    Operation::ExtendVolumes(ExtendVolumes { sizes, running })
}

/// A server that was made with a data disk, and its disks.
fn with_data_disk(plane: &mut Plane) -> (ServerId, Vec<VolumeId>) {
    let Operation::Create(mut order) = create(&["n"]) else { unreachable!("it is one") };
    let data = VolumeOrder { size_gib: Some(20), class: "ssd".into(), delete_with_server: true };
    order.volumes.push(data);
    plane.order(command(1, Operation::Create(order), &[])).unwrap().unwrap();
    plane.run().unwrap();
    let made = plane.world().servers().find(|server| &*server.name == "n").unwrap();
    (made.id, made.details.volumes.iter().map(|volume| volume.id).collect())
}

#[test]
fn a_disk_made_with_its_server_grows_and_never_shrinks() {
    for checkpoint in [false, true] {
        let mut plane = Plane::new(Settings::default());
        let (server, disks) = with_data_disk(&mut plane);
        let mut refusal = |request, id, size_gib, running| {
            let order = command(request, sized(id, size_gib, running), &[server]);
            match &plane.order(order).unwrap().unwrap().answers[0].verdict {
                Verdict::Refuse(fault) => Some(fault.kind),
                Verdict::Admit | Verdict::AlreadySo(_) => None,
            }
        };
        let stays = Running::Stays;
        assert_eq!(refusal(2, disks[0], 90, stays), Some(FaultKind::BootVolume));
        assert_eq!(refusal(3, disks[1], 20, stays), Some(FaultKind::VolumeNotSmaller));
        assert_eq!(refusal(4, VolumeId(1), 90, stays), Some(FaultKind::VolumeNotAttached));
        let running = refusal(5, disks[1], 30, Running::Refuses);
        assert_eq!(running, Some(FaultKind::ServerRunning));
        assert_eq!(refusal(6, disks[1], 30, Running::Restarts), None);
        let state = plane.world().any_disk(PROJECT, disks[1]).unwrap().state(plane.world());
        assert_eq!(state, DiskState::Extending);
        plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
        let mut plane = plane.restarted();
        plane.run().unwrap();
        let disk = plane.world().any_disk(PROJECT, disks[1]).unwrap();
        assert_eq!((disk.size(), disk.state(plane.world())), (30, DiskState::InUse));
        assert!(matches!(disk, AnyDisk::Of(_, 1)));
    }
}
