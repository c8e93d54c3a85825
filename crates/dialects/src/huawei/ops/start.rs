//! Power on: `os-start`.

use regiment_core::ops::{Operation, Start};
use serde::Deserialize;

use crate::huawei::body::Targets;

#[derive(Deserialize)]
pub(super) struct Options {
    servers: Targets,
}

impl Options {
    pub fn order(self) -> (Operation, Targets) {
        (Operation::Start(Start {}), self.servers)
    }
}
