//! The vendor's operations: those of its definitions, and those only its SDK has.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::tables::{MARKS, SDK_ONLY};

/// One operation of the vendor.
pub struct Operation {
    pub name: String,
    pub method: String,
    /// `{…}` stands for anything.
    pub path: String,
    pub mark: Option<Mark>,
}

/// What a request has that is for this operation and not for another of the same method and path.
#[derive(Clone, Copy)]
pub enum Mark {
    /// The body has this key.
    Key(&'static str),
    /// At this place of the body stands one of these.
    Value(&'static str, &'static [&'static str]),
    /// At this place of the body stands another text.
    NotValue(&'static str, &'static str),
    /// The path is one of these, whatever its template allows.
    Path(&'static [&'static str]),
}

pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub body: Value,
}

/// Every operation, in the order of the names.
pub fn all(definitions: &Value) -> Result<Vec<Operation>> {
    let documents = definitions.as_object().context("the definitions are no object")?;
    let mut all = Vec::new();
    for document in documents.values() {
        let name = document["name"].as_str().context("a definition has no name")?;
        let paths = document["paths"].as_object().context("a definition has no paths")?;
        for (path, methods) in paths {
            for method in methods.as_object().into_iter().flat_map(serde_json::Map::keys) {
                all.push(operation(name, &method.to_uppercase(), path));
            }
        }
    }
    for (name, method, path) in SDK_ONLY {
        ensure!(!all.iter().any(|known: &Operation| known.name == *name), "{name} is defined now");
        all.push(operation(name, method, path));
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    for (name, _) in MARKS {
        ensure!(all.iter().any(|known| known.name == *name), "{name} is no operation");
    }
    Ok(all)
}

fn operation(name: &str, method: &str, path: &str) -> Operation {
    let mark = MARKS.iter().find(|(known, _)| *known == name).map(|(_, mark)| *mark);
    Operation { name: name.to_owned(), method: method.to_owned(), path: path.to_owned(), mark }
}

/// The operation that a request is for.
pub fn asked<'a>(operations: &'a [Operation], request: &Request<'_>) -> Option<&'a Operation> {
    operations
        .iter()
        .filter(|operation| operation.covers(request))
        .max_by_key(|operation| operation.words())
}

impl Operation {
    fn covers(&self, request: &Request<'_>) -> bool {
        let fits = |(part, given): (&str, &str)| part.starts_with('{') || part == given;
        self.method == request.method
            && self.path.split('/').count() == request.path.split('/').count()
            && self.path.split('/').zip(request.path.split('/')).all(fits)
            && self.mark.is_none_or(|mark| mark.fits(request))
    }

    /// How many parts of its path are words: the more, the closer it fits.
    fn words(&self) -> usize {
        self.path.split('/').filter(|part| !part.starts_with('{')).count()
    }
}

impl Mark {
    fn fits(self, request: &Request<'_>) -> bool {
        let text = |place: &str| request.body.pointer(place).and_then(Value::as_str);
        match self {
            Mark::Key(key) => request.body.get(key).is_some(),
            Mark::Value(place, allowed) => text(place).is_some_and(|text| allowed.contains(&text)),
            Mark::NotValue(place, other) => text(place).is_some_and(|text| text != other),
            Mark::Path(paths) => paths.contains(&request.path),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_operation_is_found_by_a_request_of_its_own() {
        let all = all(&crate::definitions::all(&crate::root()).unwrap()).unwrap();
        assert_eq!(all.len(), 136);
        for operation in &all {
            let words: Vec<&str> = operation
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { "some-id" } else { part })
                .collect();
            let mut path = words.join("/");
            let mut body = Value::Null;
            match operation.mark {
                Some(Mark::Key(key)) => body = json!({ key: {} }),
                Some(Mark::Value("/action", [word, ..])) => body = json!({ "action": word }),
                Some(Mark::Value(_, _)) => body = json!({ "nic": { "ip_address": "" } }),
                Some(Mark::NotValue(_, _)) => body = json!({ "nic": { "ip_address": "1.2.3.4" } }),
                Some(Mark::Path(paths)) => path = paths[0].to_owned(),
                None => {}
            }
            let request = Request { method: &operation.method, path: &path, body };
            let found = asked(&all, &request).map(|found| found.name.as_str());
            assert_eq!(found, Some(operation.name.as_str()), "{} {path}", operation.method);
        }
    }

    #[test]
    fn a_request_without_the_mark_is_for_nobody() {
        let all = all(&crate::definitions::all(&crate::root()).unwrap()).unwrap();
        let body = json!({"os-dance": {}});
        let request = Request { method: "POST", path: "/v1/p/cloudservers/action", body };
        assert!(asked(&all, &request).is_none());
        let request = Request { method: "GET", path: "/v3", body: Value::Null };
        assert!(asked(&all, &request).is_none());
    }
}
