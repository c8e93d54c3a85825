use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Force, PasswordFit, Rules, ServerRules, Step, Verdict, at_rest};
use crate::model::{Activity, Fault, FaultKind, ImageId, ProjectId, Server};
use crate::world::World;

/// Make the boot disk anew, from the same image or from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reinstall {
    /// Absent: the server's own image again.
    pub image: Option<ImageId>,
    /// Stop a running server first; else a running server is refused. Either way it runs after.
    pub stop_first: bool,
    pub key_name: Option<Arc<str>>,
    pub user_data: Option<Arc<str>>,
    /// The password of the new disk as [`Details`](crate::model::Details) keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_password: Option<Arc<str>>,
    /// What the password, if there is one, is good enough for.
    pub fit: PasswordFit,
}

impl Rules for Reinstall {
    fn name(&self) -> &'static str {
        "reinstall"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        world.check_key_pair(project, self.key_name.as_ref())?;
        self.image.map_or(Ok(()), |id| world.usable_image(project, id).map(drop))
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        if was_running {
            &[Step::Stop(Force::SoftThenHard), Step::Image, Step::Run]
        } else {
            &[Step::Image, Step::Run]
        }
    }
}

impl ServerRules for Reinstall {
    fn activity(&self) -> Activity {
        Activity::Reinstalling
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = at_rest(server, self.stop_first) {
            return Verdict::refuse(kind);
        }
        // Its own image may have been deleted since.
        match world.usable_image(server.project, self.image.unwrap_or(server.image)) {
            Err(fault) => Verdict::Refuse(fault),
            Ok(image) if self.fit.suits(image.family) => Verdict::Admit,
            Ok(_) => Verdict::refuse(FaultKind::PasswordUnfit),
        }
    }

    fn settle(&self, server: &mut Server) {
        let same_password = server.details.encrypted_password == self.encrypted_password;
        let same_access = self.key_name.is_none() && self.user_data.is_none();
        if same_access && same_password {
            return;
        }
        let details = Arc::make_mut(&mut server.details);
        details.encrypted_password.clone_from(&self.encrypted_password);
        if same_access {
            return;
        }
        details.key_name.clone_from(&self.key_name);
        if self.user_data.is_some() {
            details.user_data.clone_from(&self.user_data);
        }
    }
}
