//! Whether an answer of Tencent Cloud's API 3.0 has the members and types that the vendor publishes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::plane::Played;

/// The definitions, as they stand in the source.
pub struct Definitions(Value);

impl Definitions {
    pub fn load() -> Definitions {
        let text = include_str!("../../src/tencent_v3/definitions.json");
        Definitions(serde_json::from_str(text).expect("the definitions are JSON"))
    }

    /// What is wrong with an answer, each as `Action:path:why`; nothing for a refusal, whose form is
    /// the same for all.
    pub fn faults(&self, one: &Played) -> BTreeSet<String> {
        let body: Value = serde_json::from_slice(&one.answer.body).expect("an answer is JSON");
        let response = &body["Response"];
        if !response["Error"].is_null() {
            return BTreeSet::new();
        }
        let (action, version) = (one.said("Action"), one.said("Version"));
        let services = self.0.as_object().expect("an object");
        let service = services
            .values()
            .find(|service| service["version"] == *version)
            .unwrap_or_else(|| panic!("no service has the version {version}"));
        let shape = service["actions"][&action][1].as_str().expect("an action");
        let mut faults = Vec::new();
        object(service, shape, response, "", &mut faults);
        faults.into_iter().map(|fault| format!("{action}:{fault}")).collect()
    }
}

fn object(service: &Value, shape: &str, value: &Value, path: &str, faults: &mut Vec<String>) {
    let Some(members) = value.as_object() else {
        faults.push(format!("{path}:is no object"));
        return;
    };
    let declared = service["objects"][shape].as_object().expect("an object of the definitions");
    for (name, value) in members {
        let path = format!("{path}.{name}");
        match declared.get(name).and_then(Value::as_str) {
            Some(kind) => member(service, kind, value, &path, faults),
            None => faults.push(format!("{path}:is not declared")),
        }
    }
}

fn member(service: &Value, kind: &str, value: &Value, path: &str, faults: &mut Vec<String>) {
    let (kind, nullable) = match kind.strip_suffix('?') {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let kind = kind.trim_end_matches('*');
    if value.is_null() {
        if !nullable {
            faults.push(format!("{path}:is null"));
        }
        return;
    }
    if let Some(inner) = kind.strip_prefix('[').and_then(|kind| kind.strip_suffix(']')) {
        let Some(items) = value.as_array() else {
            faults.push(format!("{path}:is no list"));
            return;
        };
        items.iter().for_each(|item| member(service, inner, item, &format!("{path}[]"), faults));
        return;
    }
    let fits = match kind {
        "string" | "datetime" => value.is_string(),
        "datetime_iso" => value.as_str().is_some_and(|text| text.ends_with('Z')),
        "int64" => value.is_i64(),
        "uint64" => value.is_u64(),
        "float" => value.is_number(),
        "bool" => value.is_boolean(),
        shape => return object(service, shape, value, path, faults),
    };
    if !fits {
        faults.push(format!("{path}:{value} is no {kind}"));
    }
}
