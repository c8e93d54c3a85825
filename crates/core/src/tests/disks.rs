//! Data disks and the end of their server.

use crate::engine::Settings;
use crate::model::ServerId;
use crate::ops::{AttachVolume, Delete, Operation};

use super::plane::{PROJECT, Plane, attach, command, create_disks, seeded_disk};

const ONE: ServerId = ServerId(0x5001);
const OTHER: ServerId = ServerId(0x5002);

#[test]
fn a_driver_is_told_of_the_disks_that_go_with_a_server_and_of_no_others() {
    for with_disks in [false, true] {
        let mut plane = Plane::new(Settings::default());
        let order = |plane: &mut Plane, request, operation, targets: &[ServerId]| {
            plane.order(command(request, operation, targets)).unwrap().unwrap();
            plane.run().unwrap();
        };
        order(&mut plane, 1, create_disks(&["mine"]), &[]);
        let mine = plane.world().disks(PROJECT).find(|disk| &*disk.name == "mine").unwrap().id;
        let take = AttachVolume { volumes: vec![mine], places: [(ONE, None)].into() };
        order(&mut plane, 2, Operation::AttachVolume(take), &[ONE]);
        // One that another server has too.
        order(&mut plane, 3, attach(3, &[ONE, OTHER]), &[ONE, OTHER]);
        assert!(plane.room.state().disks.contains_key(&mine));

        let delete = Operation::Delete(Delete::new(with_disks, false));
        let goes = plane.world().disks_going_with(&delete, ONE);
        assert_eq!(goes, if with_disks { vec![mine] } else { Vec::new() });
        order(&mut plane, 4, delete, &[ONE]);
        assert_eq!(plane.room.state().disks.contains_key(&mine), !with_disks);
        assert_eq!(plane.world().disk(PROJECT, mine).is_some(), !with_disks);
        assert!(plane.world().disk(PROJECT, seeded_disk(3).id).is_some());
    }
}
