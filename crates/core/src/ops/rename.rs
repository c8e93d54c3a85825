use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, ServerRules, Step, Verdict};
use crate::limits::{CREATE_MAX, NAME_CHARS_MAX};
use crate::model::{Activity, Fault, FaultKind, ProjectId, Server};
use crate::world::World;

/// Give servers a name. Every target gets the same one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    pub name: Arc<str>,
}

/// The bound that holds in every dialect; each has narrower rules of its own.
pub(crate) fn name_is_bounded(name: &str) -> Result<(), Fault> {
    let bounded = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    if bounded && !name.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(FaultKind::NameInvalid.into())
    }
}

/// The names of things to be made: some, not too many, each bounded.
pub(crate) fn names_are_bounded(names: &[Arc<str>]) -> Result<(), Fault> {
    if names.is_empty() {
        return Err(FaultKind::NoTargets.into());
    }
    if names.len() > CREATE_MAX {
        return Err(FaultKind::TooManyTargets.into());
    }
    names.iter().try_for_each(|name| name_is_bounded(name))
}

impl Rules for Rename {
    fn name(&self) -> &'static str {
        "rename"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        name_is_bounded(&self.name)
    }

    /// A name is ours alone: no machine has to be asked.
    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[]
    }
}

impl ServerRules for Rename {
    fn activity(&self) -> Activity {
        Activity::Renaming
    }

    fn admit(&self, _server: &Server, _world: &World) -> Verdict {
        Verdict::Admit
    }

    fn heeds_lock(&self) -> bool {
        false
    }

    fn heeds_resize(&self) -> bool {
        false
    }

    fn settle(&self, server: &mut Server) {
        server.name = self.name.clone();
    }
}
