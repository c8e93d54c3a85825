//! What simulated servers print on their consoles: a line or two for each thing that happened to one,
//! written out when somebody reads. Like a guest's own memory it does not outlive the process; a text
//! that begins later than its server says so.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use foldhash::fast::FixedState;
use jiff::Timestamp;
use regiment_core::model::{Power, Server, ServerId, Time};

use super::guest::Guest;
use crate::hosts::Shape;

/// Things kept of one server, the newest.
const KEPT_MAX: usize = 32;

/// Something that shows on a console. Small, since it may have happened to a million servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    Made,
    /// A fresh disk, of this generation.
    Installed(u32),
    Booted {
        vcpus: u16,
        ram_mib: u32,
    },
    ShutDown,
    PowerCut,
    Restarted,
    Reset,
    Panicked,
}

impl From<Shape> for Sight {
    fn from(shape: Shape) -> Sight {
        let vcpus = u16::try_from(shape.vcpus).unwrap_or(u16::MAX);
        Sight::Booted { vcpus, ram_mib: shape.ram_mib }
    }
}

#[derive(Clone, Copy, Debug)]
struct Moment {
    at: Time,
    sight: Sight,
}

/// The consoles of a fleet, and the time by which they are written.
#[derive(Debug, Default)]
pub(super) struct Consoles {
    moments: HashMap<ServerId, Vec<Moment>, FixedState>,
    now: Time,
}

impl Consoles {
    /// Time does not go back.
    pub fn at(&mut self, now: Time) {
        self.now = self.now.max(now);
    }

    pub fn see(&mut self, server: ServerId, sight: Sight) {
        let moments = self.moments.entry(server).or_default();
        if moments.len() == KEPT_MAX {
            moments.remove(0);
        }
        moments.reserve_exact(1);
        moments.push(Moment { at: self.now, sight });
    }

    pub fn forget(&mut self, server: ServerId) {
        self.moments.remove(&server);
    }

    /// All that is kept of one server, and of one whose start was not seen, when that was.
    pub fn text(&self, server: &Server, guest: &Guest) -> String {
        let moments = self.moments.get(&server.id).map_or(&[][..], Vec::as_slice);
        let mut text = String::new();
        if !matches!(moments.first(), Some(Moment { at: _, sight: Sight::Made })) {
            text.push_str("-- what was printed before is not kept --\n");
        }
        if moments.is_empty()
            && guest.power == Power::Running
            && let Some(at) = server.launched_at
        {
            let moment = Moment { at, sight: guest.shape.into() };
            write_moment(&mut text, moment, server);
        }
        moments.iter().for_each(|moment| write_moment(&mut text, *moment, server));
        text
    }
}

fn write_moment(to: &mut String, moment: Moment, server: &Server) {
    let at = Stamp(moment.at);
    // Writing to a string succeeds.
    let _ = match moment.sight {
        Sight::Made => writeln!(to, "{at} machine: made, its disk written from the image"),
        Sight::Installed(generation) => {
            writeln!(to, "{at} machine: disk {generation} written from the image")
        }
        Sight::Booted { vcpus, ram_mib } => {
            let hostname = &server.details.hostname;
            writeln!(
                to,
                "{at} system: starting, vCPUs: {vcpus}, memory: {ram_mib} MiB\n{at} {hostname} login:"
            )
        }
        Sight::ShutDown => {
            writeln!(to, "{at} system: going down\n{at} machine: power off")
        }
        Sight::PowerCut => writeln!(to, "{at} machine: power off"),
        Sight::Restarted => writeln!(to, "{at} system: going down to start anew"),
        Sight::Reset => writeln!(to, "{at} machine: reset"),
        Sight::Panicked => {
            writeln!(
                to,
                "{at} kernel: panic: a crash dump was asked for\n{at} kernel: memory dumped"
            )
        }
    };
}

/// A time as RFC 3339 has it, to the millisecond.
struct Stamp(Time);

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_millisecond(self.0.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "{} ms", self.0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_moments_stay_small() {
        assert_eq!(size_of::<Moment>(), 16);
    }
}
