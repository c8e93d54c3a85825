//! `…/servers/{server_id}/os-volume_attachments` and `…/{volume_id}`: the volumes of one server.

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::model::{Server, ServerId, VolumeId};
use regiment_core::ops::{AttachVolume, DetachVolume, Operation, free_device};
use regiment_core::view::View;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::huawei::filter::Query;
use crate::huawei::limits::PAGE_MAX;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::body::read;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::server::find;
use crate::huawei::nova::version::DEVICE_TAG;
use crate::huawei::ops::volumes;

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(rename = "volumeAttachments")]
    attachments: Vec<Attachment<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(rename = "volumeAttachment")]
    attachment: Attachment<'a>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    device: &'a str,
    /// A volume is in a server once, so that its id tells the attachment too.
    id: VolumeId,
    #[serde(rename = "serverId")]
    server: ServerId,
    #[serde(rename = "volumeId")]
    volume: VolumeId,
}

impl<'a> Attachment<'a> {
    const fn of(server: ServerId, volume: VolumeId, device: &'a str) -> Attachment<'a> {
        Attachment { device, id: volume, server, volume }
    }

    fn all(server: &'a Server) -> impl Iterator<Item = Attachment<'a>> {
        let volumes = server.details.volumes.iter();
        volumes.map(|volume| Attachment::of(server.id, volume.id, &volume.device))
    }
}

pub(in crate::huawei::nova) fn list(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let query = Query::of(call.call.request);
    let limit = query.number("limit", 0..=PAGE_MAX, PAGE_MAX)?;
    let skip = query.number("offset", 0..=PAGE_MAX, 0)?;
    let reply = call.reply;
    Ok(call.look(call.errand(id, "show"), move |server, _| {
        let attachments = Attachment::all(server).skip(skip).take(limit).collect();
        reply.json(200, &Listed { attachments })
    }))
}

pub(in crate::huawei::nova) fn show(call: &NovaCall<'_>, id: &str, volume: &str) -> Action {
    let (reply, words) = (call.reply, volume.to_owned());
    let volume = VolumeId::parse_dashed(volume);
    call.look(call.errand(id, "show"), move |server, _| {
        match Attachment::all(server).find(|one| Some(one.volume) == volume) {
            Some(attachment) => reply.json(200, &Shown { attachment }),
            None => reply.refuse(&not_attached(server.id, &words)),
        }
    })
}

fn not_attached(server: ServerId, words: &str) -> Refusal {
    let shown: String = words.chars().take(64).collect();
    Refusal::new(404, format!("Instance {server} is not attached to volume {shown}"))
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "volumeAttachment")]
    attachment: Wanted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(rename = "volumeId")]
    volume: String,
    device: Option<String>,
    /// Only told to the guest, by a service that is not here.
    tag: Option<IgnoredAny>,
}

pub(in crate::huawei::nova) fn attach(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let Body { attachment: Wanted { volume, device, tag } } = read(call.call.request.body)?;
    if tag.is_some() && !call.reply.since(DEVICE_TAG) {
        return Err(Refusal::invalid(format!("tag is not known before version {DEVICE_TAG}.")));
    }
    let volume = VolumeId::parse_dashed(&volume)
        .ok_or_else(|| Refusal::invalid("volumeId must be a UUID."))?;
    let wanted = volumes::device(device)?;
    let errand = call.errand(id, "attach_volume");
    let places = BTreeMap::new();
    let mut command = call
        .command(Operation::AttachVolume(AttachVolume { volumes: vec![volume], places }), &errand);
    let (reply, project) = (call.reply, call.call.caller.project);
    Ok(Action::consult(move |view| {
        let Some(server) = find(view, project, &errand.id) else {
            return Action::Answer(reply.refuse(&errand.no_such_server()));
        };
        if view.world.disk(project, volume).is_none() {
            let refusal = match view.world.server_with_volume(project, volume) {
                Some(_) => Refusal::invalid(format!("Volume {volume} is attached already.")),
                None => Refusal::missing("Volume", &volume.to_string()),
            };
            return Action::Answer(reply.refuse(&refusal));
        }
        let server = server.id;
        let places = BTreeMap::from([(server, wanted.clone())]);
        command.operation = Operation::AttachVolume(AttachVolume { volumes: vec![volume], places });
        errand.order_and_wait(command, reply, move |_, view| {
            let device = device_of(view, server, volume, wanted).unwrap_or_default();
            let attachment = Attachment::of(server, volume, &device);
            reply.json(200, &Shown { attachment })
        })
    }))
}

/// The device of a volume that the server has, or that it will have: nothing else is plugged in before.
fn device_of(
    view: &View<'_>,
    server: ServerId,
    volume: VolumeId,
    wanted: Option<Arc<str>>,
) -> Option<Arc<str>> {
    let volumes = &view.world.server(server)?.details.volumes;
    let there = volumes.iter().find(|one| one.id == volume).map(|one| one.device.clone());
    there.or(wanted).or_else(|| free_device(volumes))
}

pub(in crate::huawei::nova) fn detach(
    call: &NovaCall<'_>,
    id: &str,
    volume: &str,
) -> Result<Action, Refusal> {
    // Forced or not is the same here: a disk always lets go.
    Query::of(call.call.request).number("delete_flag", 0..=1, 0)?;
    let (errand, words) = (call.errand(id, "detach_volume"), volume.to_owned());
    let (reply, project) = (call.reply, call.call.caller.project);
    let wanted = VolumeId::parse_dashed(volume);
    let operation = |volume| Operation::DetachVolume(DetachVolume { volumes: vec![volume] });
    let mut command = call.command(operation(VolumeId(0)), &errand);
    Ok(Action::consult(move |view| {
        let Some(server) = find(view, project, &errand.id) else {
            return Action::Answer(reply.refuse(&errand.no_such_server()));
        };
        let mut volumes = server.details.volumes.iter().map(|volume| volume.id);
        let Some(volume) = volumes.find(|id| Some(*id) == wanted) else {
            return Action::Answer(reply.refuse(&not_attached(server.id, &words)));
        };
        command.operation = operation(volume);
        errand.order_and_wait(command, reply, move |_, _| reply.empty(202))
    }))
}
