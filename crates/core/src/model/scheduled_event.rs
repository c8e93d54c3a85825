use serde::{Deserialize, Serialize};

use std::sync::Arc;

use super::{AssetKey, ProjectId, ScheduledEventId, ServerId, Time};
use crate::limits::SCHEDULED_EVENT_KEPT_MS;

/// Something the plane is going to do to a server of its own accord, told beforehand so that its
/// owner can choose when: bring it up on another host, because its own is taken out of service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledEvent {
    pub id: ScheduledEventId,
    pub project: ProjectId,
    pub server: ServerId,
    /// What happens to the host, of which this is the part that concerns the server.
    pub cause: ScheduledEventId,
    /// The host that is left.
    pub host: Arc<str>,
    pub published_at: Time,
    /// When it is done, whether its owner agreed to that or said nothing.
    pub not_before: Time,
    /// What its owner can choose is earlier than this.
    pub deadline: Time,
    pub stage: Stage,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
}

/// How far a scheduled event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Stage {
    /// Its owner is asked.
    Inquiring,
    /// Its owner agreed.
    Scheduled,
    /// A job works on it.
    Executing,
    Completed,
    Failed,
    /// There is no need for it any more.
    Canceled,
}

impl ScheduledEvent {
    pub fn key(&self) -> AssetKey {
        AssetKey::ScheduledEvent(self.project, self.id)
    }

    /// Whether nothing has been done yet.
    pub const fn is_ahead(&self) -> bool {
        matches!(self.stage, Stage::Inquiring | Stage::Scheduled)
    }

    pub const fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Completed | Stage::Failed | Stage::Canceled)
    }

    /// When something is to be done about it: its work, or, once it is over, forgetting it.
    pub(crate) fn alarm(&self) -> Option<Time> {
        if self.is_ahead() {
            return Some(self.not_before);
        }
        self.ended_at.map(|at| at.after_ms(SCHEDULED_EVENT_KEPT_MS))
    }

    pub(crate) fn end(self, stage: Stage, at: Time) -> ScheduledEvent {
        ScheduledEvent { stage, ended_at: Some(at), ..self }
    }
}
