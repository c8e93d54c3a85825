//! The boot disk anew: `rebuild`. A running server is stopped for it; the server runs after.

use regiment_core::model::ImageId;
use regiment_core::ops::{Operation, Reinstall};
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::body::Password;
use crate::huawei::ciphertext::NewPassword;
use crate::huawei::fields::check_user_data;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::links::Links;
use crate::huawei::nova::server::{Detail, Glass, find};
use crate::huawei::{ids, password};

#[derive(Deserialize)]
struct Body {
    rebuild: Options,
}

/// What else Nova could change of a server by the way is refused, not passed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(rename = "imageRef")]
    image: String,
    #[serde(rename = "adminPass")]
    password: Option<Password>,
    key_name: Option<String>,
    user_data: Option<String>,
    #[serde(rename = "preserve_ephemeral")]
    _preserve_ephemeral: Option<bool>,
    #[serde(rename = "OS-DCF:diskConfig")]
    _disk_config: Option<String>,
}

#[derive(Serialize)]
struct Done<'a> {
    server: Rebuilt<'a>,
}

#[derive(Serialize)]
struct Rebuilt<'a> {
    #[serde(flatten)]
    detail: Detail<'a>,
    #[serde(rename = "adminPass")]
    password: String,
}

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let Body { rebuild } = read(call.call.request.body)?;
    let Options { image, password, key_name, user_data, _preserve_ephemeral, _disk_config } =
        rebuild;
    let (secret, made) = NewPassword::unless_given(password, call.call.context.gate);
    let message = "adminPass does not meet the complexity requirements.";
    let fit = password::fit(secret.expose()).ok_or_else(|| Refusal::invalid(message))?;
    user_data.as_deref().map(check_user_data).transpose()?;
    let image =
        ids::wide("image", &image).map_err(|_| Refusal::invalid("Invalid imageRef provided."))?;
    let reinstall = Reinstall {
        image: Some(ImageId(image)),
        stop_first: true,
        key_name: key_name.filter(|name| !name.is_empty()).map(Into::into),
        user_data: user_data.map(Into::into),
        encrypted_password: None,
        fit,
    };
    let errand = call.errand(id, "rebuild");
    let mut command = call.command(Operation::Reinstall(reinstall), &errand);
    let told = secret.expose().to_owned();
    command.secret = Some(secret);
    let (reply, project, links) = (call.reply, call.call.caller.project, Links::of(call.call));
    // Whom the password is to be told can only be known by a look.
    Ok(Action::consult(move |view| {
        if let (Some(made), Operation::Reinstall(reinstall)) = (made, &mut command.operation) {
            let server = find(view, project, &errand.id);
            let kept = server.and_then(|server| server.details.key_name.as_deref());
            let key_name = reinstall.key_name.as_deref().or(kept);
            reinstall.encrypted_password =
                made.encrypted(view.world, project, ImageId(image), key_name);
        }
        let id = errand.id.clone();
        errand.order(command, reply, move |view| match find(view, project, &id) {
            Some(server) => {
                let glass = Glass::new(view, links, reply);
                let server = Rebuilt { detail: glass.detail(server), password: told };
                reply.json(202, &Done { server })
            }
            None => reply.refuse(&Refusal::missing("Instance", &id)),
        })
    }))
}
