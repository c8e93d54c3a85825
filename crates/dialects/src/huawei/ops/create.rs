//! `POST …/cloudservers` (v1, v1.1): one or more servers of one kind.

mod details;
mod wire;

use std::sync::Arc;

use regiment_core::command::{Command, Receipt};
use regiment_core::model::{Details, Fault, FaultKind, ImageId, NetworkId, RequestId, ServerId};
use regiment_core::ops::{Create, Operation};
use regiment_core::view::View;
use serde::Serialize;

use wire::{Body, Wanted};

use crate::charging::months_after;
use crate::huawei::answer::Reply;
use crate::huawei::body::{Flag, Password, Whole, read};
use crate::huawei::ciphertext::NewPassword;
use crate::huawei::faults::{PREPAID_STAYS, Row, WEAK_PASSWORD};
use crate::huawei::fields::{Hints, auto_terminate, check_user_data, said, token};
use crate::huawei::limits::CREATE_MAX;
use crate::huawei::password;
use crate::huawei::route::Age;
use crate::huawei::{Call, detail, fields, ids, job_id, names};
use crate::{Action, Answer};

pub(in crate::huawei) fn decode(call: &Call<'_>, age: Age) -> Result<Action, Row> {
    let token = token(call)?;
    let Body { server: mut wanted, dry_run } = read(call.request.body)?;
    let password = wanted.password.take();
    let fit = match &password {
        Some(Password(secret)) => Some(password::fit(secret.expose()).ok_or(WEAK_PASSWORD)?),
        None => None,
    };
    let apart = wanted.repeats.is_some_and(|Flag(repeats)| !repeats).then(|| wanted.name.clone());
    let data_images = details::data_images(wanted.data_volumes.as_deref())?;
    let create = order(call, wanted, age)?;
    let with_user_data = create.details.user_data.is_some();
    let (image, zone) = (create.image, create.details.zone.clone());
    let root_gib = create.volumes.first().and_then(|volume| volume.size_gib);
    let keyed = password.is_none() && create.details.key_name.is_some();
    let made = keyed.then(|| NewPassword::by(call.context.gate));
    let mut command = call.command(Operation::Create(create), Vec::new());
    command.token = token;
    command.dry_run = dry_run.0;
    let reply = call.reply;
    // What the image and the zones say can only be known by a look.
    Ok(Action::consult(move |view| {
        if let Some(image) = view.world.image(image) {
            if fit.is_some_and(|fit| !fit.suits(image.family)) {
                return Action::Answer(reply.refuse(&WEAK_PASSWORD));
            }
            if root_gib.is_some_and(|size| size < image.disk_gib_min) {
                let least = image.disk_gib_min;
                let message = format!("root_volume: size must be at least {least} for the image.");
                return Action::Answer(reply.refuse(&Row::invalid(message)));
            }
            // Cloud-init on Linux takes the one or the other, and prefers what it is given.
            let void = with_user_data && image.family == regiment_core::model::OsFamily::Linux;
            command.secret = password.map(|Password(secret)| secret).filter(|_| !void);
        }
        if let Err(row) = data_images.iter().try_for_each(|image| may_be_on_a_disk(view, *image)) {
            return Action::Answer(reply.refuse(&row));
        }
        if let (Some(made), Operation::Create(create)) = (made, &mut command.operation) {
            let details = Arc::make_mut(&mut create.details);
            let key_name = details.key_name.as_deref();
            let encrypted = made.encrypted(view.world, command.project, create.image, key_name);
            if encrypted.is_some() {
                command.secret = Some(made.password);
                details.encrypted_password = encrypted;
            }
        }
        if !zone.is_empty() && !view.world.zones().any(|known| *known == zone) {
            let message = format!("availability_zone [{zone}] does not exist.");
            return Action::Answer(reply.refuse(&Row::invalid(message)));
        }
        if let (Some(name), Operation::Create(create)) = (&apart, &mut command.operation)
            && create.names.len() > 1
        {
            let existing = view.world.servers_of(command.project).map(|server| &*server.name);
            create.names = names::numbered_apart(name, create.names.len(), existing);
        }
        place(command, reply)
    }))
}

/// Whether there is such an image, and it fits on a data disk of this size.
fn may_be_on_a_disk(view: &View<'_>, (id, size_gib): (ImageId, i64)) -> Result<(), Row> {
    match view.world.image(id) {
        None => Err(Row::of(&Fault::with(FaultKind::ImageNotFound, id.to_string()))),
        Some(image) if size_gib < i64::from(image.disk_gib_min) => {
            let least = image.disk_gib_min;
            let message = format!("data_volumes: size must be at least {least} for the image.");
            Err(Row::invalid(message))
        }
        Some(_) => Ok(()),
    }
}

fn place(command: Command, reply: Reply) -> Action {
    Action::order(command, move |receipt, view| match receipt {
        Ok(receipt) => accepted(reply, receipt, view),
        Err(fault) if fault.kind == FaultKind::TooManyTargets => reply.refuse(&too_many()),
        Err(fault) => reply.refuse(&Row::of(fault)),
    })
}

const fn too_many() -> Row {
    Row::new("Ecs.0913", 400, "Too many servers are to be created.")
}

#[derive(Serialize)]
struct Accepted {
    job_id: String,
    #[serde(rename = "serverIds")]
    servers: Vec<ServerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
}

fn accepted(reply: Reply, receipt: &Receipt, view: &View<'_>) -> Answer {
    // Without a job it was a dry run, and would be taken.
    let Some(id) = receipt.job else { return reply.empty(202) };
    let servers: Vec<ServerId> = receipt.servers().collect();
    // Kept with the servers, so that a repeated request is told the same.
    let first = servers.first().and_then(|id| view.world.server(*id));
    let order_id = first.and_then(|server| detail::hint(server, detail::HINT_ORDER));
    let order_id = order_id.map(str::to_owned);
    reply.json(200, &Accepted { job_id: job_id::write(view.world, id.0), servers, order_id })
}

fn order(call: &Call<'_>, wanted: Wanted, age: Age) -> Result<Create, Row> {
    let Wanted {
        name,
        image,
        flavor,
        network,
        nics,
        root_volume,
        data_volumes,
        count,
        repeats: _,
        password: _,
        key_name,
        availability_zone,
        batch_create_in_multi_az,
        security_groups,
        publicip,
        user_data,
        metadata,
        server_tags,
        tags,
        description,
        scheduler_hints,
        auto_terminate_time,
        extendparam,
        cpu_options,
        security_options,
        enclave_options,
        metadata_options,
        serial_console_options,
    } = wanted;
    let count = match count.unwrap_or(Whole(1)) {
        Whole(count) if count > CREATE_MAX => return Err(too_many()),
        Whole(count @ 1..) => usize::try_from(count).map_err(|_| too_many())?,
        Whole(_) => return Err(Row::invalid("count must be at least 1.")),
    };
    let user_data = said(user_data);
    user_data.as_deref().map(check_user_data).transpose()?;
    let mut hints = Hints::new();
    let (charging, months) = details::charging(extendparam.as_ref(), age)?;
    hints.insert(detail::HINT_CHARGING.into(), charging.into());
    if charging == detail::PREPAID {
        let order = ids::order(call.context.now, call.context.request);
        hints.insert(detail::HINT_ORDER.into(), order.into());
        let until = months_after(call.context.now, months);
        hints.insert(detail::HINT_PAID_UNTIL.into(), until.0.to_string().into());
    }
    hints.insert(detail::HINT_USER.into(), ids::user(&call.caller.access_key).into());
    hints.insert(detail::HINT_RESERVATION.into(), reservation(call.context.request));
    if let Some(Flag(recovers)) = extendparam.as_ref().and_then(|extend| extend.recovers) {
        hints.insert(detail::HINT_RECOVERY.into(), recovers.to_string().into());
    }
    if let Some(id) = extendparam.and_then(|extend| said(extend.enterprise_project_id)) {
        hints.insert(detail::HINT_ENTERPRISE.into(), id.into());
    }
    details::public_address(publicip, &mut hints)?;
    let group = details::scheduler_hints(scheduler_hints, &mut hints)?;
    details::options(cpu_options, security_options, enclave_options, &mut hints)?;
    if let Some(options) = metadata_options {
        hints.extend(fields::metadata_options(options)?);
    }
    if let Some(Flag(enabled)) = serial_console_options.and_then(|options| options.enabled) {
        hints.insert(detail::HINT_SERIAL.into(), enabled.to_string().into());
    }
    let auto_terminate_at = auto_terminate(auto_terminate_time, call.context.now)?;
    if auto_terminate_at.is_some() && charging == detail::PREPAID {
        return Err(PREPAID_STAYS);
    }
    let details = Details {
        zone: said(availability_zone).unwrap_or_default().into(),
        hostname: "".into(),
        description: fields::description(description)?,
        key_name: said(key_name).map(Into::into),
        user_data: user_data.map(Into::into),
        encrypted_password: None,
        auto_terminate_at,
        locked: false,
        resized_from: None,
        recycled: None,
        network: Some(NetworkId(ids::wide("vpc id", &network)?)),
        nics: Vec::new(),
        volumes: Vec::new(),
        security_groups: details::security_groups(security_groups.unwrap_or_default())?,
        server_group: group,
        metadata: fields::metadata(metadata.unwrap_or_default())?,
        tags: details::tags(server_tags.unwrap_or_default(), tags.unwrap_or_default())?,
        hints,
    };
    Ok(Create {
        names: names::numbered(&name, count)?,
        flavor: flavor.into(),
        image: ImageId(ids::wide("image id", &image)?),
        details: Arc::new(details),
        nics: details::nics(nics)?,
        volumes: details::volumes(root_volume, data_volumes.unwrap_or_default())?,
        spread: batch_create_in_multi_az.0,
    })
}

/// What servers made by one call have in common.
fn reservation(request: RequestId) -> Arc<str> {
    format!("r-{}", request.handle()).into()
}
