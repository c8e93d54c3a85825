//! `GET openapi.json`: the contract, as it is written in the file of that name.

use super::faults::Refusal;
use super::query::Query;
use crate::{Action, Answer, Request};

const CONTRACT: &str = include_str!("openapi.json");

pub(super) fn decode(request: &Request<'_>) -> Result<Action, Refusal> {
    Query::of(request, &[])?;
    Ok(Action::Answer(Answer::new(200, "application/json", CONTRACT)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::native::ROOT;
    use crate::native::route::TABLE;

    fn contract() -> Value {
        serde_json::from_str(CONTRACT).expect("the contract is JSON")
    }

    #[test]
    fn every_route_is_in_the_contract_and_nothing_else() {
        let contract = contract();
        let paths = contract["paths"].as_object().expect("paths");
        let written: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().expect("a path's methods").keys();
                methods
                    .filter(|key| *key != "parameters")
                    .map(move |method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let served = TABLE
            .iter()
            .map(|(method, path, _)| ((*method).to_owned(), format!("{ROOT}{path}")))
            .collect();
        assert_eq!(written, served);
    }

    #[test]
    fn every_reference_in_the_contract_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        let contract = contract();
        let mut found = Vec::new();
        references(&contract, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("a reference within");
            assert!(contract.pointer(pointer).is_some(), "{reference}");
        }
    }
}
