use std::collections::BTreeMap;

use serde::Serialize;

use super::faults::Refusal;
use super::version::{Microversion, OLDEST};
use crate::Answer;
use crate::huawei::answer::Reply;

/// Makes the answers of one call.
#[derive(Clone, Copy)]
pub(super) struct NovaReply {
    pub plain: Reply,
    /// Absent under `/v2/`, whose answers do not speak of it.
    pub version: Option<Microversion>,
}

impl NovaReply {
    pub fn version(self) -> Microversion {
        self.version.unwrap_or(OLDEST)
    }

    /// Whether the answer is given in this version or a newer one.
    pub fn since(self, version: Microversion) -> bool {
        self.version() >= version
    }

    fn dress(self, answer: Answer) -> Answer {
        let id = format!("req-{}", self.plain.request);
        let answer = answer
            .with_header("x-openstack-request-id", &id)
            .with_header("x-compute-request-id", id);
        let Some(version) = self.version else { return answer };
        answer
            .with_header("openstack-api-version", format!("compute {version}"))
            .with_header("x-openstack-nova-api-version", version.to_string())
            .with_header("vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version")
    }

    pub fn json(self, status: u16, body: &impl Serialize) -> Answer {
        self.dress(self.plain.json(status, body))
    }

    pub fn empty(self, status: u16) -> Answer {
        self.dress(self.plain.empty(status))
    }

    pub fn refuse(self, refusal: &Refusal) -> Answer {
        #[derive(Serialize)]
        struct Inner<'a> {
            message: &'a str,
            code: u16,
        }
        let key = refusal.key();
        let inner = Inner { message: &refusal.message, code: refusal.status };
        self.json(refusal.status, &BTreeMap::from([(key, inner)])).with_code(key)
    }
}
