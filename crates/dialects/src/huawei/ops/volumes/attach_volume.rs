//! `POST …/cloudservers/{server_id}/attachvolume`

use std::collections::BTreeMap;

use regiment_core::command::{Admission, Receipt};
use regiment_core::model::{Fault, FaultKind, VolumeId};
use regiment_core::ops::{AttachVolume, Operation, Verdict};
use regiment_core::view::View;
use serde::Deserialize;

use super::{device, never_loose, server_of};
use crate::huawei::answer::{Reply, write_error};
use crate::huawei::batch::Accepted;
use crate::huawei::body::{Flag, Whole, read, target};
use crate::huawei::faults::Row;
use crate::huawei::{Call, ids, job_id};
use crate::{Action, Answer};

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "volumeAttachment")]
    attachment: Wanted,
    #[serde(default)]
    dry_run: Flag,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(rename = "volumeId")]
    volume: String,
    device: Option<String>,
    count: Option<Whole>,
}

pub(super) fn decode(call: &Call<'_>, server: &str) -> Result<Action, Row> {
    let Body { attachment: Wanted { volume, device: asked, count }, dry_run } =
        read(call.request.body)?;
    if count.is_some_and(|Whole(count)| count != 1) {
        return Err(Row::invalid("count must be 1 for a disk that is named."));
    }
    let volume = VolumeId(ids::wide("volumeId", &volume)?);
    let asked = device(asked)?;
    let (reply, project, words) = (call.reply, call.caller.project, server.to_owned());
    let places = BTreeMap::new();
    let mut command = call.command(
        Operation::AttachVolume(AttachVolume { volumes: vec![volume], places }),
        vec![target(server)],
    );
    command.admission = Admission::AllOrNothing;
    command.dry_run = dry_run.0;
    Ok(Action::consult(move |view| {
        let server = match server_of(view, project, &words) {
            Ok(server) => server,
            Err(row) => return Action::Answer(reply.refuse(&row)),
        };
        if server.details.volumes.iter().any(|one| one.id == volume) {
            return Action::Answer(already_attached(reply));
        }
        if let Some(row) = never_loose(view, project, volume) {
            return Action::Answer(reply.refuse(&row));
        }
        let places = BTreeMap::from([(server.id, asked)]);
        command.operation = Operation::AttachVolume(AttachVolume { volumes: vec![volume], places });
        Action::order(command, move |receipt, view| answer(reply, receipt, view))
    }))
}

fn answer(reply: Reply, receipt: &Result<Receipt, Fault>, view: &View<'_>) -> Answer {
    let receipt = match receipt {
        Ok(receipt) => receipt,
        Err(fault) => return reply.refuse(&Row::of(fault)),
    };
    for one in &receipt.answers {
        match &one.verdict {
            Verdict::Refuse(fault) if fault.kind == FaultKind::VolumeAttached => {
                return already_attached(reply);
            }
            Verdict::Refuse(fault) => return reply.refuse(&Row::of(fault)),
            Verdict::Admit | Verdict::AlreadySo(_) => {}
        }
    }
    match receipt.job {
        Some(job) => reply.json(200, &Accepted { job_id: job_id::write(view.world, job.0) }),
        // A dry run that passed.
        None => reply.empty(202),
    }
}

/// The one refusal that is known to have its precise code one level below the general one; clients
/// look for it there to find that their work is done.
fn already_attached(reply: Reply) -> Answer {
    const MESSAGE: &str = "The disk is attached to the ECS already and cannot be attached again.";
    let mut body = String::from("{\"error\":");
    write_error(&mut body, MESSAGE, "Ecs.0005");
    body.pop();
    body.push_str(",\"details\":[{\"code\":\"Ecs.0057\"}]}}");
    reply.bytes(400, body.into_bytes()).with_code("Ecs.0057")
}
