//! The batch task as the module of disks has it: an answer from each disk, which has a code of this
//! module and no number of a task.

use regiment_core::model::{Fault, FaultKind};
use serde::Serialize;

use super::batch;
use super::call::Call;
use super::faults::{self, Refusal};
use crate::Answer;

/// Disks in one call (the vendor's published limit).
const DISKS_MAX: usize = 10;

/// Why nothing is done with a disk.
#[derive(Clone, Debug)]
pub enum Why {
    /// It belongs to the instance it was made with.
    NotElastic,
    Core(Fault),
}

impl From<FaultKind> for Why {
    fn from(kind: FaultKind) -> Why {
        Why::Core(kind.into())
    }
}

/// What `detail` says of one disk.
#[derive(Serialize)]
struct Item {
    code: i32,
    message: String,
}

/// The disks as named, each once, in the order of their numbers.
pub fn names(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    let fields = call.fields();
    let sent = fields.list("storageIds");
    if sent.is_empty() {
        return Err(Refusal::Missing("storageIds.0".to_owned()));
    }
    if sent.len() > DISKS_MAX {
        return Err(fields.bad("storageIds", format!("must name at most {DISKS_MAX} disks")));
    }
    let mut names: Vec<String> = Vec::with_capacity(sent.len());
    for name in sent {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

pub fn answer(outcomes: Vec<(String, Result<(), Why>)>) -> Answer {
    let items: Vec<(String, Item)> =
        outcomes.into_iter().map(|(name, outcome)| (name, Item::of(outcome))).collect();
    let failed = items.iter().filter(|(_, item)| item.code != 0).count();
    batch::enclose(items, failed)
}

impl Item {
    fn of(outcome: Result<(), Why>) -> Item {
        let (code, name, words) = match outcome {
            Ok(()) => return Item { code: 0, message: String::new() },
            Err(Why::NotElastic) => (
                16_008,
                "IncorrectInstanceStatus.OnlySupportElasticCloudDisk",
                "the disk belongs to its instance",
            ),
            Err(Why::Core(fault)) => {
                let (code, name) = spelled(fault.kind);
                (code, name, faults::row(fault.kind).message)
            }
        };
        Item { code, message: format!("({code}){name} {words}") }
    }
}

/// The codes of this module: what it has no own code for is a wrong parameter to it.
fn spelled(kind: FaultKind) -> (i32, &'static str) {
    let row = faults::row(kind);
    if kind == FaultKind::VolumeNotFound {
        (16_000, "InvalidInstanceId.DiskNotFound")
    } else if kind == FaultKind::ServerNotFound {
        (9_033, "InvalidInstanceId.CvmNotFound")
    } else if row.code_desc == faults::STATUS {
        (9_814, "IncorrectInstanceStatus.CvmStatusInvalid")
    } else if row.code == 6_000 {
        (9_006, "InternalError")
    } else {
        (9_003, "InvalidParameter")
    }
}
