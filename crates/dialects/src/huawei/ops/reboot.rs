//! Restart: `reboot`.

use regiment_core::ops::{Operation, Reboot};
use serde::Deserialize;

use super::stop::force;
use crate::huawei::body::Targets;
use crate::huawei::faults::Row;

#[derive(Deserialize)]
pub(super) struct Options {
    servers: Targets,
    #[serde(rename = "type")]
    kind: String,
}

impl Options {
    pub fn order(self) -> Result<(Operation, Targets), Row> {
        Ok((Operation::Reboot(Reboot { force: force(&self.kind)? }), self.servers))
    }
}
