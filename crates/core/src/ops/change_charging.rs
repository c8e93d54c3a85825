use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, FaultKind, HintChanges, Hints, Server, ServerId, change_hints};
use crate::world::World;

/// Have servers paid for in another way. How is the dialect's to word: the core keeps no prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCharging {
    /// What changes alike for all.
    pub hints: HintChanges,
    /// What changes for each by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub each: BTreeMap<ServerId, Terms>,
}

/// What changes for one thing, reckoned from what its hints said when the order was made. When they
/// say something else by now, it refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub from: HintChanges,
    pub hints: HintChanges,
}

impl Terms {
    /// These changes of what is said.
    pub fn of(said: &Hints, hints: HintChanges) -> Terms {
        let from = hints.keys().map(|name| (name.clone(), said.get(name).cloned())).collect();
        Terms { from, hints }
    }

    pub(crate) fn hold(&self, said: &Hints) -> bool {
        self.from.iter().all(|(name, value)| said.get(name) == value.as_ref())
    }
}

impl ChangeCharging {
    pub const fn alike(hints: HintChanges) -> ChangeCharging {
        ChangeCharging { hints, each: BTreeMap::new() }
    }

    pub const fn each(each: BTreeMap<ServerId, Terms>) -> ChangeCharging {
        ChangeCharging { hints: BTreeMap::new(), each }
    }
}

impl Rules for ChangeCharging {
    fn name(&self) -> &'static str {
        "change_charging"
    }

    /// No machine has to be asked.
    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[]
    }
}

impl ServerRules for ChangeCharging {
    fn activity(&self) -> Activity {
        Activity::Charging
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        match power_of(server) {
            Ok(_)
                if self
                    .each
                    .get(&server.id)
                    .is_none_or(|terms| terms.hold(&server.details.hints)) =>
            {
                Verdict::Admit
            }
            Ok(_) => Verdict::refuse(FaultKind::ServerBusy),
            Err(kind) => Verdict::refuse(kind),
        }
    }

    fn heeds_lock(&self) -> bool {
        false
    }

    fn heeds_resize(&self) -> bool {
        false
    }

    fn settle(&self, server: &mut Server) {
        let own = self.each.get(&server.id).map(|terms| &terms.hints);
        for hints in [Some(&self.hints), own].into_iter().flatten() {
            change_hints(&mut server.details, hints);
        }
    }
}
