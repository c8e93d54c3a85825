use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::model::{Fault, FaultKind, Phase, ServerId, Time};

/// Say something else of a server. What is not named stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Describe {
    pub server: ServerId,
    pub name: Option<Arc<str>>,
    pub hostname: Option<Arc<str>>,
    pub description: Option<Arc<str>>,
    /// Empty: there is none from now on.
    pub user_data: Option<Arc<str>>,
    /// Values a dialect was given and must give back, under that dialect's own names.
    pub hints: BTreeMap<Arc<str>, Arc<str>>,
    /// Only of a server that is made and whole.
    pub needs_ready: bool,
}

impl Describe {
    /// Says nothing yet.
    pub const fn of(server: ServerId) -> Describe {
        Describe {
            server,
            name: None,
            hostname: None,
            description: None,
            user_data: None,
            hints: BTreeMap::new(),
            needs_ready: false,
        }
    }
}

impl EditRules for Describe {
    fn name(&self) -> &'static str {
        "describe"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let Describe { server, name, hostname, description, user_data, hints, needs_ready } = self;
        let server = desk.server(*server)?;
        match server.phase {
            Phase::Creating if *needs_ready => return Err(FaultKind::ServerBusy.into()),
            Phase::Broken if *needs_ready => return Err(FaultKind::ServerBroken.into()),
            Phase::Creating | Phase::Broken | Phase::Ready => {}
        }
        let mut details = (*server.details).clone();
        if let Some(hostname) = hostname {
            details.hostname = hostname.clone();
        }
        if let Some(description) = description {
            details.description = description.clone();
        }
        if let Some(user_data) = user_data {
            details.user_data = Some(user_data.clone()).filter(|text| !text.is_empty());
        }
        details.hints.extend(hints.clone());
        let name = name.as_ref().unwrap_or(&server.name).clone();
        Ok(Put::Server { id: server.id, name, details: Arc::new(details) }.into())
    }
}

/// Set the time at which a server is taken away, or set none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetTerminateTime {
    pub server: ServerId,
    pub at: Option<Time>,
}

impl EditRules for SetTerminateTime {
    fn name(&self) -> &'static str {
        "set_terminate_time"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        Ok(super::with_details(server, |details| details.auto_terminate_at = self.at).into())
    }
}
