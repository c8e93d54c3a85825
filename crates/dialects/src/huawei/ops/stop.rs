//! Power off: `os-stop`.

use regiment_core::ops::{Force, Operation, Stop};
use serde::Deserialize;

use crate::huawei::body::Targets;
use crate::huawei::faults::Row;

#[derive(Deserialize)]
pub(super) struct Options {
    servers: Targets,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Options {
    pub fn order(self) -> Result<(Operation, Targets), Row> {
        let force = match self.kind.as_deref() {
            Some(kind) => force(kind)?,
            None => Force::Soft,
        };
        Ok((Operation::Stop(Stop { force }), self.servers))
    }
}

/// `SOFT` or `HARD`.
pub(super) fn force(kind: &str) -> Result<Force, Row> {
    match kind {
        "SOFT" => Ok(Force::Soft),
        "HARD" => Ok(Force::Hard),
        _ => Err(Row::invalid("type must be SOFT or HARD.")),
    }
}
