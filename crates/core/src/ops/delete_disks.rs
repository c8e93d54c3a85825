use serde::{Deserialize, Serialize};

use super::{DiskRules, Rules, Step, Verdict};
use crate::model::{Disk, DiskPhase};

/// Take disks away for good. None that a server has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteDisks {}

impl Rules for DeleteDisks {
    fn name(&self) -> &'static str {
        "delete_disks"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::NoDisk]
    }
}

impl DiskRules for DeleteDisks {
    fn admit(&self, _disk: &Disk) -> Verdict {
        Verdict::Admit
    }

    fn phases(&self) -> (DiskPhase, DiskPhase) {
        (DiskPhase::Deleting, DiskPhase::NotDeleted)
    }
}
