use regiment_core::model::Server;
use regiment_core::ops::{Operation, ResetPassword};
use serde::Deserialize;

use crate::Action;
use crate::tencent_v3::call::{Call, targets};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::password::{self, Purpose};

/// Characters in the name of an account.
const USER_CHARS_MAX: usize = 64;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    password: String,
    user_name: Option<String>,
    force_stop: Option<bool>,
}

/// `ResetInstancesPassword`: the same password for all, of the administrator's account. An instance
/// that runs is refused, or stopped for it and started again.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let user = wanted.user_name.filter(|user| !user.is_empty());
    if user.as_ref().is_some_and(|user| user.chars().count() > USER_CHARS_MAX) {
        return Err(Refusal::bad("InvalidParameterValue.TooLong", "UserName", "…"));
    }
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    let (secret, fit) =
        password::check(&wanted.password, Purpose::Reset { user: user.as_deref() })?;
    let stop_first = wanted.force_stop.unwrap_or(false);
    Ok(call.consult(move |view, issuer| {
        let named = |target| view.world.named(issuer.project, target);
        if let Some(user) = user {
            let image = |server: &Server| view.world.image(server.image);
            let mut images = targets.iter().filter_map(named).filter_map(image);
            if images.any(|image| *image.admin_user != *user) {
                return Err(Refusal::bad("InvalidParameterValue", "UserName", user));
            }
        }
        let operation =
            Operation::ResetPassword(ResetPassword { fit, needs_stopped: true, stop_first });
        let mut command = issuer.command(operation, targets);
        command.secret = Some(secret);
        Ok(issuer.order(command))
    }))
}
