//! The definitions Tencent Cloud publishes with its command line, cut down to what a gateway needs:
//! which actions there are, and of which members and types their requests and answers are made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// Where each service's definition is, below the command line's folder of services.
const SERVICES: [(&str, &str); 2] = [("clb", "clb/v20180317"), ("cvm", "cvm/v20170312")];

const WRITTEN: &str = "crates/dialects/src/tencent_v3/definitions.json";

pub fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let [services] = arguments else {
        bail!("name the folder `tccli/services` of an installed tccli");
    };
    let mut all = Map::new();
    for (service, folder) in SERVICES {
        let path = Path::new(services).join(folder).join("api.json");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        all.insert(service.to_owned(), compact(&serde_json::from_str(&text)?)?);
    }
    std::fs::write(root.join(WRITTEN), written(&all))?;
    println!("{WRITTEN} is written");
    Ok(true)
}

/// One service: its version, its actions, and the objects that those need.
fn compact(service: &Value) -> Result<Value> {
    let version = service["metadata"]["apiVersion"].as_str().context("no version")?;
    let objects = service["objects"].as_object().context("no objects")?;
    let mut actions = BTreeMap::new();
    let mut wanted = BTreeSet::new();
    for (name, action) in service["actions"].as_object().context("no actions")? {
        let shapes = ["input", "output"].map(|side| action[side].as_str().unwrap_or_default());
        for shape in shapes {
            reach(objects, shape, &mut wanted);
        }
        actions.insert(name, shapes);
    }
    let mut shapes = BTreeMap::new();
    for name in wanted {
        let members = objects[&name]["members"].as_array().context("no members")?;
        let members: Map<String, Value> =
            members.iter().map(|member| (text(member, "name"), kind(member).into())).collect();
        shapes.insert(name, members);
    }
    Ok(json!({ "version": version, "actions": actions, "objects": shapes }))
}

/// An object and all that is in it.
fn reach(objects: &Map<String, Value>, name: &str, wanted: &mut BTreeSet<String>) {
    if !objects.contains_key(name) || !wanted.insert(name.to_owned()) {
        return;
    }
    for member in objects[name]["members"].as_array().into_iter().flatten() {
        reach(objects, &text(member, "member"), wanted);
    }
}

/// `int64`, `[Filter]`; a star when a request must have it, a question mark when an answer may be null.
fn kind(member: &Value) -> String {
    let mut kind = text(member, "member");
    if member["type"] == "list" {
        kind = format!("[{kind}]");
    }
    if member["required"] == true {
        kind.push('*');
    }
    if member["value_allowed_null"] == true {
        kind.push('?');
    }
    kind
}

fn text(of: &Value, key: &str) -> String {
    of[key].as_str().unwrap_or_default().to_owned()
}

/// One line for each action and object, so that a new version shows what it changes.
fn written(all: &Map<String, Value>) -> String {
    let services: Vec<String> = all
        .iter()
        .map(|(service, parts)| {
            let lines = |part: &str| {
                let entries = parts[part].as_object().into_iter().flatten();
                let lines: Vec<String> =
                    entries.map(|(name, value)| format!("\"{name}\":{value}")).collect();
                lines.join(",\n")
            };
            format!(
                "\"{service}\":{{\"version\":{},\n\"actions\":{{\n{}}},\n\"objects\":{{\n{}}}}}",
                parts["version"],
                lines("actions"),
                lines("objects")
            )
        })
        .collect();
    format!("{{{}}}\n", services.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_cut_down_to_what_its_actions_reach() {
        let service = json!({
            "metadata": { "apiVersion": "2017-03-12" },
            "actions": { "Look": { "input": "LookRequest", "output": "LookResponse" } },
            "objects": {
                "LookRequest": { "members": [
                    { "name": "Filters", "type": "list", "member": "Filter", "required": true },
                ] },
                "LookResponse": { "members": [
                    { "name": "Token", "type": "string", "member": "string", "value_allowed_null": true },
                ] },
                "Filter": { "members": [{ "name": "Name", "type": "string", "member": "string" }] },
                "Unused": { "members": [] },
            },
        });
        let compact = compact(&service).expect("a definition");
        assert_eq!(compact["objects"]["LookRequest"]["Filters"], "[Filter]*");
        assert_eq!(compact["objects"]["LookResponse"]["Token"], "string?");
        assert_eq!(compact["objects"]["Filter"]["Name"], "string");
        assert!(compact["objects"]["Unused"].is_null());
        assert_eq!(compact["actions"]["Look"], json!(["LookRequest", "LookResponse"]));
    }
}
