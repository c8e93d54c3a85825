use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict, at_rest};
use crate::model::{Activity, Server, change_hints};
use crate::world::World;

/// Move stopped servers to another host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migrate {
    /// What the dialect remembers of where a server is once it has moved; nothing takes a word back.
    pub hints: BTreeMap<Arc<str>, Option<Arc<str>>>,
}

impl Rules for Migrate {
    fn name(&self) -> &'static str {
        "migrate"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Place]
    }
}

impl ServerRules for Migrate {
    fn activity(&self) -> Activity {
        Activity::Migrating
    }

    fn admit(&self, server: &Server, _world: &World) -> Verdict {
        match at_rest(server, false) {
            Ok(()) => Verdict::Admit,
            Err(kind) => Verdict::refuse(kind),
        }
    }

    fn settle(&self, server: &mut Server) {
        change_hints(&mut server.details, &self.hints);
    }
}
