use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict};
use crate::model::{Activity, Phase, RecycleBin, Recycled, Server, Time};
use crate::world::World;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Take a server away, in whatever state it is: for good, unless the project's recycle bin keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delete {
    /// Also the data disks that would outlive the server.
    pub volumes: bool,
    /// Also the public address.
    pub public_address: bool,
    /// What the project's recycle bin keeps of the targets, as it is set when they are deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keeps: Option<Keeps>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Keeps {
    /// Only servers that are made and that were made by then.
    made_by: Time,
    for_ms: i64,
}

impl Delete {
    pub const fn new(volumes: bool, public_address: bool) -> Delete {
        Delete { volumes, public_address, keeps: None }
    }

    /// Has the targets put in the project's recycle bin, if that is switched on.
    pub(crate) fn keep_in(&mut self, bin: RecycleBin, now: Time) {
        self.keeps = bin.on.then(|| Keeps {
            made_by: now.after_ms(-DAY_MS * i64::from(bin.threshold_days)),
            for_ms: HOUR_MS * i64::from(bin.retention_hours),
        });
    }

    /// Whether this server is only stopped, and how long it is kept when that is done.
    pub(crate) fn keeps(&self, server: &Server, at: Time) -> Option<Recycled> {
        let keeps = self.keeps?;
        let kept = server.phase == Phase::Ready && server.created_at <= keeps.made_by;
        let until = at.after_ms(keeps.for_ms);
        kept.then_some(Recycled { at, until, volumes: self.volumes })
    }
}

impl Rules for Delete {
    fn name(&self) -> &'static str {
        "delete"
    }

    /// A server that the recycle bin keeps is stopped instead.
    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Remove]
    }
}

impl ServerRules for Delete {
    fn activity(&self) -> Activity {
        Activity::Deleting
    }

    fn admit(&self, _server: &Server, _world: &World) -> Verdict {
        Verdict::Admit
    }

    fn heeds_resize(&self) -> bool {
        false
    }
}
