//! The driver of real machines against a program in QEMU's place: everything but a guest is real, so
//! every way in which a guest can misbehave can be had at will, in milliseconds.

#![cfg(target_os = "linux")]

mod first_boot;
mod machines;
mod restarts;
mod room;

use regiment_drivers::conformance;
use room::{OTHER, Room};

#[test]
fn it_does_what_every_driver_must() {
    let room = Room::new();
    room.image(OTHER, "{}");
    let mut driver = room.driver();
    let mut wait = room.wait();
    conformance::all(&mut driver, &mut wait, &Room::terms());
}
