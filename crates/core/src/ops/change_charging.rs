use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, power_of};
use crate::model::{Activity, Server, change_hints};
use crate::world::World;

/// Have servers paid for in another way. How is the dialect's to word: the core keeps no prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCharging {
    pub hints: BTreeMap<Arc<str>, Option<Arc<str>>>,
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
            Ok(_) => Verdict::Admit,
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
        change_hints(&mut server.details, &self.hints);
    }
}
