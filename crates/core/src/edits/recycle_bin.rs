use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::model::{Fault, FaultKind};

/// Change what becomes of a project's deleted servers from now on. What is in the bin stays until
/// the time it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRecycleBin {
    pub on: Option<bool>,
    pub retention_hours: Option<u32>,
    pub threshold_days: Option<u32>,
}

impl EditRules for ChangeRecycleBin {
    fn name(&self) -> &'static str {
        "change_recycle_bin"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let ChangeRecycleBin { on, retention_hours, threshold_days } = self;
        let project = desk.world.project(desk.project);
        let mut project = project.cloned().ok_or(Fault::from(FaultKind::Internal))?;
        let bin = &mut project.recycle_bin;
        bin.on = on.unwrap_or(bin.on);
        bin.retention_hours = retention_hours.unwrap_or(bin.retention_hours);
        bin.threshold_days = threshold_days.unwrap_or(bin.threshold_days);
        Ok(Put::Project(project).into())
    }
}
