//! What machines did that nobody ordered: one died, or its guest switched itself off.

use super::{Engine, Work};
use crate::apply::{Change, PowerSeen};
use crate::model::{Phase, Power, Time};

impl Engine {
    /// Writes down the power of servers that the driver says to look at. What counts is what they are
    /// now: the news may be older than a report that has been taken since.
    pub(super) fn look_at_changed(&mut self, now: Time, work: &mut Work) {
        let mut powers = Vec::new();
        for id in self.driver.changed() {
            let Some(server) = self.world.server_or_recycled(id) else { continue };
            if server.phase != Phase::Ready {
                continue;
            }
            let power = self.driver.inspect(id).map_or(Power::Stopped, |finding| finding.power);
            if power != server.power && powers.iter().all(|(other, _)| *other != id) {
                powers.push((id, power));
            }
        }
        if !powers.is_empty() {
            self.record(work, Change::PowerSeen(PowerSeen { at: now, powers }));
        }
    }
}
