//! The disk service beside ECS, as far as clients of ECS ask it: which disks there are, what each is
//! and where it is attached, which kinds can be had; and making, extending and deleting disks.
//!
//! Deliberately absent: disks made from something (images, snapshots, backups), transfers, the recycle
//! bin. Evidence for the shapes is the vendor's published SDK of the service.

mod entry;
pub(super) mod faults;
pub(super) mod job;
mod ops;

use std::borrow::Cow;

use regiment_core::command::{Admission, TargetRef};
use regiment_core::model::{FaultKind, VolumeId};
use regiment_core::ops::{Operation, Verdict};

use crate::huawei::answer::Reply;
use crate::huawei::batch::Accepted;
use crate::huawei::faults::Row;
use crate::huawei::{Call, job_id};
use crate::{Action, Answer};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    List,
    Create,
    Delete(Cow<'a, str>),
    Act(Cow<'a, str>),
    Show(Cow<'a, str>),
    Types,
}

/// The operation of a method and a path's parts.
pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let [version, _, rest @ ..] = words.as_slice() else { return None };
    Some(match (*version, method, rest) {
        ("v2", "GET", ["cloudvolumes", "detail"]) => Route::List,
        // Not a disk's id, and not served.
        ("v2", "GET", ["cloudvolumes", "tags"]) => return None,
        ("v2" | "v2.1", "POST", ["cloudvolumes"]) => Route::Create,
        ("v2", "DELETE", ["cloudvolumes", _]) => Route::Delete(parts[3].clone()),
        ("v2" | "v2.1", "POST", ["cloudvolumes", _, "action"]) => Route::Act(parts[3].clone()),
        ("v2", "GET", ["cloudvolumes", _]) => Route::Show(parts[3].clone()),
        ("v2", "GET", ["types"]) => Route::Types,
        _ => return None,
    })
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: &Route<'_>) -> Result<Action, Row> {
    match route {
        Route::List => ops::list_disks::decode(call),
        Route::Create => ops::create_disks::decode(call),
        Route::Delete(id) => Ok(ops::delete_disk::decode(call, id)),
        Route::Act(id) => ops::extend_disk::decode(call, id),
        Route::Show(id) => Ok(ops::show_disk::decode(call, id)),
        Route::Types => Ok(ops::disk_types::decode(call)),
    }
}

fn no_such_disk(reply: Reply, words: &str) -> Answer {
    reply.refuse(&faults::missing("Volume", words))
}

/// An operation on the disk that a path names: a job, or why there is none.
fn order_on_disk(call: &Call<'_>, words: &str, operation: Operation, status: u16) -> Action {
    let (reply, project, words) = (call.reply, call.caller.project, words.to_owned());
    let mut command = call.command(operation, Vec::new());
    command.admission = Admission::AllOrNothing;
    Action::consult(move |view| {
        let id = VolumeId::parse_dashed(&words);
        let found = id.and_then(|id| view.world.any_disk(project, id));
        match found {
            Some(found) if found.is_alone() => command.targets = vec![TargetRef::Disk(found.id())],
            Some(_) => return Action::Answer(reply.refuse(&faults::IN_USE)),
            None => return Action::Answer(no_such_disk(reply, &words)),
        }
        Action::order(command, move |receipt, view| {
            let receipt = match receipt {
                Ok(receipt) => receipt,
                Err(fault) => return reply.refuse(&faults::row(fault)),
            };
            let refused = receipt.answers.iter().find_map(|answer| match &answer.verdict {
                Verdict::Refuse(fault) => Some(faults::row(fault)),
                Verdict::Admit | Verdict::AlreadySo(_) => None,
            });
            match (refused, receipt.job) {
                (Some(row), _) => reply.refuse(&row),
                (None, Some(job)) => {
                    let job_id = job_id::write(view.world, job.0);
                    reply.json(status, &Accepted { job_id })
                }
                (None, None) => reply.refuse(&faults::row(&FaultKind::Internal.into())),
            }
        })
    })
}
