use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, at_rest};
use crate::model::{Activity, Fault, FaultKind, OsFamily, ProjectId, Server};
use crate::world::World;

/// Let a key pair into servers instead of what they let in, or let it in no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindKeyPair {
    pub name: Arc<str>,
    /// Whether it is let in from now on.
    pub bound: bool,
    /// Stop a running server first and start it after; else a running server is refused.
    pub stop_first: bool,
}

impl Rules for BindKeyPair {
    fn name(&self) -> &'static str {
        if self.bound { "bind_key_pair" } else { "unbind_key_pair" }
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        world.check_key_pair(project, Some(&self.name))
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        if was_running {
            &[Step::Stop(Force::SoftThenHard), Step::Key, Step::Run]
        } else {
            &[Step::Key]
        }
    }
}

impl ServerRules for BindKeyPair {
    fn activity(&self) -> Activity {
        if self.bound { Activity::BindingKeyPair } else { Activity::UnbindingKeyPair }
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        let family = world.image(server.image).map(|image| image.family);
        if family == Some(OsFamily::Windows) {
            return Verdict::refuse(FaultKind::KeyPairUnfit);
        }
        if let Err(kind) = at_rest(server, self.stop_first) {
            return Verdict::refuse(kind);
        }
        let has_it = server.details.key_name.as_ref() == Some(&self.name);
        if self.bound || has_it {
            Verdict::Admit
        } else {
            Verdict::AlreadySo(Fault::with(FaultKind::KeyPairNotBound, self.name.clone()))
        }
    }

    fn settle(&self, server: &mut Server) {
        let key_name = self.bound.then(|| self.name.clone());
        if server.details.key_name != key_name {
            Arc::make_mut(&mut server.details).key_name = key_name;
        }
    }
}
