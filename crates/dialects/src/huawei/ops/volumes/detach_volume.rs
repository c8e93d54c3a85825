//! `DELETE …/cloudservers/{server_id}/detachvolume/{volume_id}`

use regiment_core::command::{Admission, Receipt};
use regiment_core::model::VolumeId;
use regiment_core::ops::{DetachVolume, Operation};

use super::no_such_volume;
use crate::Action;
use crate::huawei::batch::{Accepted, single_refusal};
use crate::huawei::body::target;
use crate::huawei::faults::Row;
use crate::huawei::filter::Query;
use crate::huawei::{Call, ids, job_id};

pub(super) fn decode(call: &Call<'_>, server: &str, volume: &str) -> Result<Action, Row> {
    // Forced or not is the same here: a disk always lets go.
    if !matches!(Query::of(call.request).get("delete_flag"), None | Some("0" | "1")) {
        return Err(Row::invalid("delete_flag must be 0 or 1."));
    }
    let volume = VolumeId(ids::wide("volume_id", volume)?);
    let targets = vec![target(server)];
    let operation = Operation::DetachVolume(DetachVolume { volumes: vec![volume] });
    let mut command = call.command(operation, targets.clone());
    command.admission = Admission::AllOrNothing;
    let reply = call.reply;
    Ok(Action::order(command, move |receipt, view| match receipt {
        Err(fault) => reply.refuse(&Row::of(fault)),
        Ok(Receipt { job: Some(job), .. }) => {
            reply.json(200, &Accepted { job_id: job_id::write(view.world, job.0) })
        }
        Ok(receipt) => {
            let row = single_refusal(receipt, &targets);
            reply.refuse(&row.unwrap_or_else(|| no_such_volume(&volume.to_string())))
        }
    }))
}
