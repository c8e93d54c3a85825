//! `GET …/limits`

use serde_json::json;

use crate::Action;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::version::{NO_NETWORK_LIMITS, NO_PERSONALITY};
use crate::huawei::ops::limits::Absolute;

const OF_NETWORKS: [&str; 5] = [
    "maxSecurityGroups",
    "maxSecurityGroupRules",
    "maxTotalFloatingIps",
    "totalFloatingIpsUsed",
    "totalSecurityGroupsUsed",
];

const OF_PERSONALITY: [&str; 2] = ["maxPersonality", "maxPersonalitySize"];

pub(in crate::huawei::nova) fn decode(call: &NovaCall<'_>) -> Action {
    let (reply, project) = (call.reply, call.call.caller.project);
    Action::look(move |view| {
        let mut absolute = json!(Absolute::of(view, project));
        let mut without = |keys: &[&str]| {
            if let Some(shown) = absolute.as_object_mut() {
                keys.iter().for_each(|key| drop(shown.remove(*key)));
            }
        };
        if reply.since(NO_NETWORK_LIMITS) {
            without(&OF_NETWORKS);
        }
        if reply.since(NO_PERSONALITY) {
            without(&OF_PERSONALITY);
        }
        reply.json(200, &json!({ "limits": { "rate": [], "absolute": absolute } }))
    })
}
