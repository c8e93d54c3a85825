use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, at_rest};
use crate::model::{Activity, FaultKind, OsFamily, Server};
use crate::world::World;

/// Which systems the password is good enough for. The dialect judges the password, since each
/// vendor has its own rules; the core only learns the judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordFit {
    pub linux: bool,
    pub windows: bool,
}

impl PasswordFit {
    pub const ANY: PasswordFit = PasswordFit { linux: true, windows: true };

    pub const fn suits(self, family: OsFamily) -> bool {
        match family {
            OsFamily::Linux => self.linux,
            OsFamily::Windows => self.windows,
        }
    }
}

/// Set the password of the administrator's account. The password itself travels under seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetPassword {
    pub fit: PasswordFit,
    /// Refuse servers that run.
    pub needs_stopped: bool,
    /// Stop a running server first and start it again after, instead.
    #[serde(default)]
    pub stop_first: bool,
}

impl Rules for ResetPassword {
    fn name(&self) -> &'static str {
        "reset_password"
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        if self.stop_first && was_running {
            &[Step::Stop(Force::SoftThenHard), Step::Password, Step::Run]
        } else {
            &[Step::Password]
        }
    }
}

impl ServerRules for ResetPassword {
    fn activity(&self) -> Activity {
        Activity::ResettingPassword
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = at_rest(server, self.stop_first || !self.needs_stopped) {
            return Verdict::refuse(kind);
        }
        let family = world.image(server.image).map_or(OsFamily::Linux, |image| image.family);
        if self.fit.suits(family) {
            Verdict::Admit
        } else {
            Verdict::refuse(FaultKind::PasswordUnfit)
        }
    }
}
