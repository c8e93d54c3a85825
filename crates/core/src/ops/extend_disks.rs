use serde::{Deserialize, Serialize};

use super::{DiskRules, Rules, Step, Verdict};
use crate::model::{Disk, DiskPhase, FaultKind};

/// Make disks larger that no server has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtendDisks {
    pub size_gib: u32,
}

impl Rules for ExtendDisks {
    fn name(&self) -> &'static str {
        "extend_disks"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Disk]
    }
}

impl DiskRules for ExtendDisks {
    fn admit(&self, disk: &Disk) -> Verdict {
        if disk.phase != DiskPhase::Ready {
            Verdict::refuse(FaultKind::VolumeInUse)
        } else if self.size_gib <= disk.size_gib {
            Verdict::refuse(FaultKind::VolumeNotSmaller)
        } else {
            Verdict::Admit
        }
    }

    /// What could not be made larger is as it was.
    fn phases(&self) -> (DiskPhase, DiskPhase) {
        (DiskPhase::Extending, DiskPhase::Ready)
    }

    fn settle(&self, disk: &mut Disk) {
        disk.size_gib = self.size_gib;
        disk.phase = DiskPhase::Ready;
    }
}
