//! `POST …/{server_id}/reinstallos` and `…/changeos`, v1 for images without cloud-init and v2 for
//! those with it.

use regiment_core::command::Admission;
use regiment_core::model::ImageId;
use regiment_core::ops::{Operation, PasswordFit, Reinstall};
use serde::Deserialize;

use super::resize::STOPS_FIRST;
use crate::Action;
use crate::huawei::batch::answer_one;
use crate::huawei::body::{Password, read, target};
use crate::huawei::ciphertext::NewPassword;
use crate::huawei::faults::{Row, WEAK_PASSWORD};
use crate::huawei::password;
use crate::huawei::{Call, ids, one};

#[derive(Deserialize)]
struct Again {
    #[serde(rename = "os-reinstall")]
    options: Options,
}

#[derive(Deserialize)]
struct Change {
    #[serde(rename = "os-change")]
    options: Options,
}

#[derive(Deserialize)]
struct Options {
    /// Of a change only.
    imageid: Option<String>,
    adminpass: Option<Password>,
    keyname: Option<String>,
    userid: Option<String>,
    mode: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    user_data: Option<String>,
}

pub(in crate::huawei) fn decode(
    call: &Call<'_>,
    cloud_init: bool,
    id: &str,
) -> Result<Action, Row> {
    let Again { options } = read(call.request.body)?;
    order(call, cloud_init, id, None, options)
}

pub(in crate::huawei) fn decode_change(
    call: &Call<'_>,
    cloud_init: bool,
    id: &str,
) -> Result<Action, Row> {
    let Change { options } = read(call.request.body)?;
    let missing = || Row::invalid("request body is illegal: missing field `imageid`.");
    let image = ImageId(ids::wide("image id", options.imageid.as_deref().ok_or_else(missing)?)?);
    order(call, cloud_init, id, Some(image), options)
}

fn order(
    call: &Call<'_>,
    cloud_init: bool,
    id: &str,
    image: Option<ImageId>,
    options: Options,
) -> Result<Action, Row> {
    let Options { imageid: _, adminpass, keyname, userid, mode, metadata } = options;
    let key_name = keyname.filter(|name| !name.is_empty());
    let fit = match (&adminpass, &key_name) {
        (Some(_), Some(_)) => {
            return Err(Row::invalid("adminpass and keyname cannot both be given."));
        }
        (None, Some(_)) if userid.as_deref().is_none_or(str::is_empty) => {
            return Err(Row::invalid("userid is needed with keyname."));
        }
        (Some(Password(secret)), None) => password::fit(secret.expose()).ok_or(WEAK_PASSWORD)?,
        (None, _) => PasswordFit::ANY,
    };
    // Without cloud-init nothing in the guest would read it.
    let user_data = metadata.and_then(|metadata| metadata.user_data).filter(|_| cloud_init);
    if let Some(user_data) = &user_data {
        crate::huawei::fields::check_user_data(user_data)?;
    }
    let reinstall = Reinstall {
        image,
        stop_first: mode.as_deref() == Some(STOPS_FIRST),
        key_name: key_name.map(Into::into),
        user_data: user_data.map(Into::into),
        encrypted_password: None,
        fit,
    };
    let made = reinstall.key_name.is_some().then(|| NewPassword::by(call.context.gate));
    let targets = vec![target(id)];
    let mut command = call.command(Operation::Reinstall(reinstall), targets.clone());
    command.admission = Admission::AllOrNothing;
    command.secret = adminpass.map(|Password(secret)| secret);
    let (reply, id) = (call.reply, id.to_owned());
    // What a password is to be made for can only be known by a look.
    Ok(Action::consult(move |view| {
        if let (Some(made), Operation::Reinstall(reinstall)) = (made, &mut command.operation)
            && let Some(server) = one::server(view, command.project, &id)
        {
            let image = reinstall.image.unwrap_or(server.image);
            let key_name = reinstall.key_name.as_deref();
            let encrypted = made.encrypted(view.world, command.project, image, key_name);
            command.secret = encrypted.is_some().then_some(made.password);
            reinstall.encrypted_password = encrypted;
        }
        Action::order(command, move |receipt, view| answer_one(reply, &targets, receipt, view))
    }))
}
