//! The vendor's published definitions of its operations (a Swagger-like subset), and whether a body
//! is what one of them says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// One operation's definition.
pub struct Definition {
    pub name: String,
    method: String,
    /// Parts of its path; `{…}` stands for anything.
    path: Vec<String>,
    /// The top-level key that its request body must have, where several share a path.
    key: Option<String>,
    types: Value,
    /// The names of its query parameters, if it is a look.
    pub queries: Vec<String>,
    /// The schema of each status, where there is one.
    responses: BTreeMap<u16, Value>,
}

/// The folder of the definitions: the package manager knows where the package is.
fn folder() -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .expect("the package manager runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("it tells JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let package = packages
        .iter()
        .find(|package| package["name"] == "huawei-cloud-api-definitions-ECS")
        .expect("the definitions are a dependency of this test");
    let manifest = package["manifest_path"].as_str().expect("a path");
    Path::new(manifest).parent().expect("a folder").join("src")
}

pub fn load() -> Vec<Definition> {
    let mut all: Vec<Definition> = std::fs::read_dir(folder())
        .expect("the package has its sources")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).expect("readable");
            read(&serde_json::from_str(&text).expect("a definition is JSON"))
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn read(file: &Value) -> Option<Definition> {
    let (path, methods) = file["paths"].as_object()?.iter().next()?;
    let (method, operation) = methods.as_object()?.iter().next()?;
    let types = file["definitions"].clone();
    let schemas = operation["responses"].as_object()?.iter();
    let responses = schemas
        .filter_map(|(status, response)| Some((status.parse().ok()?, response["schema"].clone())))
        .collect();
    Some(Definition {
        name: file["name"].as_str()?.to_owned(),
        method: method.to_uppercase(),
        path: path.split('/').map(str::to_owned).collect(),
        queries: if method == "get" { queries(operation) } else { Vec::new() },
        key: path.ends_with("/action").then(|| body_key(operation, &types)).flatten(),
        types,
        responses,
    })
}

fn queries(operation: &Value) -> Vec<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let queries = parameters.filter(|parameter| parameter["in"] == "query");
    queries.filter_map(|parameter| Some(parameter["name"].as_str()?.to_owned())).collect()
}

/// The one required key of the operation's body.
fn body_key(operation: &Value, types: &Value) -> Option<String> {
    let parameters = operation["parameters"].as_array()?;
    let body = parameters.iter().find(|parameter| parameter["in"] == "body")?;
    let schema = resolve(&body["schema"], types);
    Some(schema["required"].as_array()?.first()?.as_str()?.to_owned())
}

fn resolve<'a>(schema: &'a Value, types: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => &types[name.rsplit('/').next().expect("a name")],
        None => schema,
    }
}

impl Definition {
    pub fn covers(&self, method: &str, path: &str, body: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |(part, given): (&String, &&str)| part.starts_with('{') || part == given;
        let key = self.key.as_deref();
        method == self.method
            && parts.len() == self.path.len()
            && self.path.iter().zip(&parts).all(fits)
            && key.is_none_or(|key| {
                serde_json::from_str(body).is_ok_and(|body: Value| !body[key].is_null())
            })
    }

    /// How many parts of its path are words: the more, the closer it fits.
    pub fn words(&self) -> usize {
        self.path.iter().filter(|part| !part.starts_with('{')).count()
    }

    /// Where the body of an answer is not what the definition says, as `Operation:place: what`.
    pub fn faults(&self, status: u16, body: &[u8]) -> Vec<String> {
        let mut faults = Vec::new();
        let Some(schema) = self.responses.get(&status) else {
            return vec![format!("{}::status {status} is not declared", self.name)];
        };
        if schema.is_null() {
            if !body.is_empty() {
                faults.push(format!("{}::a body where none is declared", self.name));
            }
            return faults;
        }
        match serde_json::from_slice(body) {
            Ok(value) => self.check(&value, schema, "", &mut faults),
            Err(error) => faults.push(format!("{}::not JSON: {error}", self.name)),
        }
        faults
    }

    fn check(&self, value: &Value, schema: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = resolve(schema, &self.types);
        let mut fault = |what: String| faults.push(format!("{}:{at}:{what}", self.name));
        let kind = schema["type"].as_str().unwrap_or("object");
        let typed = match kind {
            "string" => value.is_string(),
            "integer" => fits_integer(value, schema),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            other => panic!("a definition speaks of {other:?}, which this test does not know"),
        };
        if !typed {
            return fault(format!("{} is not of type {kind}", shape(value)));
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            fault(format!("{value} is not one of the values"));
        }
        if let Some(items) = value.as_array() {
            for item in items {
                self.check(item, &schema["items"], &format!("{at}[]"), faults);
            }
        }
        if let Some(fields) = value.as_object() {
            self.check_fields(fields, schema, at, faults);
        }
    }

    fn check_fields(
        &self,
        fields: &serde_json::Map<String, Value>,
        schema: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        for required in schema["required"].as_array().into_iter().flatten() {
            let name = required.as_str().expect("names are text");
            if !fields.contains_key(name) {
                faults.push(format!("{}:{at}.{name}:is required", self.name));
            }
        }
        let others = &schema["additionalProperties"];
        for (name, value) in fields {
            let place = format!("{at}.{name}");
            match (&schema["properties"][name], others) {
                (Value::Null, Value::Null) if schema["properties"].is_object() => {
                    faults.push(format!("{}:{place}:is not declared", self.name));
                }
                // An object of which nothing is said.
                (Value::Null, Value::Null) => {}
                (Value::Null, others) => self.check(value, others, &format!("{at}.*"), faults),
                (property, _) => self.check(value, property, &place, faults),
            }
        }
    }
}

fn fits_integer(value: &Value, schema: &Value) -> bool {
    match schema["format"].as_str() {
        Some("int32") => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => value.is_i64() || value.is_u64(),
    }
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
