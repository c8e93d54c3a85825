use regiment_core::model::Server;
use regiment_core::ops::{Operation, PasswordFit, Reinstall};
use serde::Deserialize;

use super::create::{LoginSettings, SystemDisk, image, key_name, user_data};
use crate::Action;
use crate::tencent_v3::call::{Call, named, target};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_id: String,
    image_id: Option<String>,
    system_disk: Option<SystemDisk>,
    login_settings: Option<LoginSettings>,
    user_data: Option<String>,
}

/// `ResetInstance`: the disk is made anew from the instance's own image or another. It is stopped for
/// it if it runs, and runs after.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let target = target(&wanted.instance_id)?;
    let login = wanted.login_settings.unwrap_or_default();
    let password = login.password()?;
    let user_data = wanted.user_data.as_deref().map(user_data).transpose()?;
    let region = call.region.clone();
    Ok(call.consult(move |view, issuer| {
        let server = named(view, issuer.project, &target)?;
        check_system_disk(server, wanted.system_disk.and_then(|disk| disk.disk_size))?;
        let image = wanted
            .image_id
            .map(|id| image(view.world, issuer.project, &region, &id))
            .transpose()?;
        let (secret, fit) = match password {
            Some((secret, fit)) => (Some(secret), fit),
            None => (None, PasswordFit::ANY),
        };
        let operation = Operation::Reinstall(Reinstall {
            image: image.map(|image| image.id),
            stop_first: true,
            key_name: key_name(view.world, issuer.project, &login)?,
            user_data,
            encrypted_password: None,
            fit,
        });
        let mut command = issuer.command(operation, vec![target]);
        command.secret = secret;
        Ok(issuer.order(command))
    }))
}

/// The disk keeps its size; the one that it has may be said.
pub fn check_system_disk(server: &Server, asked: Option<i64>) -> Result<(), Refusal> {
    let own = server.details.volumes.first().map(|volume| i64::from(volume.size_gib));
    match asked.filter(|asked| own.is_some_and(|own| own != *asked)) {
        Some(asked) => Err(Refusal::bad("InvalidParameterValue", "SystemDisk.DiskSize", asked)),
        None => Ok(()),
    }
}
