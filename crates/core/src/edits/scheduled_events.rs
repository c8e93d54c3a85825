use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::model::{Asset, Fault, FaultKind, ScheduledEvent, ScheduledEventId, Stage, Time};

/// Agree to what the plane asks: that it is done now, or at a time of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptScheduledEvent {
    pub event: ScheduledEventId,
    /// None, and what is past: now.
    pub not_before: Option<Time>,
}

impl EditRules for AcceptScheduledEvent {
    fn name(&self) -> &'static str {
        "accept_scheduled_event"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let not_before = self.not_before.unwrap_or(desk.now);
        set_time(&desk, self.event, Stage::Inquiring, not_before)
    }
}

/// Choose another time for what was agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveScheduledEvent {
    pub event: ScheduledEventId,
    pub not_before: Time,
}

impl EditRules for MoveScheduledEvent {
    fn name(&self) -> &'static str {
        "move_scheduled_event"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        set_time(&desk, self.event, Stage::Scheduled, self.not_before)
    }
}

fn set_time(
    desk: &Desk<'_>,
    id: ScheduledEventId,
    stage: Stage,
    not_before: Time,
) -> Result<Edited, Fault> {
    let missing = || Fault::with(FaultKind::ScheduledEventNotFound, id.to_string());
    let event = desk.world.scheduled_event(desk.project, id).ok_or_else(missing)?;
    if event.stage != stage {
        return Err(FaultKind::ScheduledEventStage.into());
    }
    let not_before = not_before.max(desk.now);
    if not_before > desk.now && not_before >= event.deadline {
        return Err(FaultKind::ScheduledEventTooLate.into());
    }
    let event = ScheduledEvent { stage: Stage::Scheduled, not_before, ..event.clone() };
    Ok(Put::Asset(Asset::ScheduledEvent(event)).into())
}
