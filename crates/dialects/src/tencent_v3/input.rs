//! What an action is given: one object, however it travelled, measured by the vendor's definition.
//! After that its members are there if they must be, have the types they should, and have names the
//! vendor knows.

use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::definitions::{Kind, Member, Object, Service};
use super::faults::Refusal;
use crate::Request;
use crate::tencent::form::{self, parse_digits};

/// Objects in objects; the deepest documented is four.
const DEPTH_MAX: usize = 16;

/// Members of a form that belong to the request and not to the action.
const COMMON: [&str; 10] = [
    "Action",
    "Language",
    "Nonce",
    "Region",
    "RequestClient",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Timestamp",
    "Token",
];

/// How a request's members travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    Json,
    /// A form in the query or the body: `Filters.0.Name=zone`.
    Form,
}

/// An action's members.
#[derive(Debug)]
pub struct Input(Value);

impl Input {
    /// Reads and measures.
    pub fn read(
        request: &Request<'_>,
        carrier: Carrier,
        service: &Service,
        shape: &str,
    ) -> Result<Input, Refusal> {
        let mut members = match carrier {
            Carrier::Json => json(request.body)?,
            Carrier::Form => nested(request)?,
        };
        let object = service.object(shape).ok_or_else(Refusal::internal)?;
        let measure = Measure { service, carrier };
        measure.object(&mut members, object, "")?;
        Ok(Input(members.into()))
    }

    /// The members as an action's own type, which has those it looks at.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        T::deserialize(&self.0).map_err(|_| Refusal::internal())
    }

    /// The first of these members by which something is asked for: it is there, and is neither
    /// false nor empty nor 0.
    pub fn asks_for(&self, names: &[&'static str]) -> Option<&'static str> {
        let asks = |name: &str| match self.0.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(said)) => *said,
            Some(Value::Number(said)) => said.as_f64() != Some(0.0),
            Some(Value::String(said)) => !said.is_empty(),
            Some(Value::Array(said)) => !said.is_empty(),
            Some(Value::Object(said)) => !said.is_empty(),
        };
        names.iter().copied().find(|name| asks(name))
    }

    /// All that was said, in one order: what a client's token is bound to.
    pub fn text(&self) -> String {
        self.0.to_string()
    }
}

fn json(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::unreadable("the body is no JSON object")),
        Err(_) => Err(Refusal::unreadable("the body is no JSON")),
    }
}

/// The form's members put into each other as the dots in their names say.
fn nested(request: &Request<'_>) -> Result<Map<String, Value>, Refusal> {
    let text = match request.method {
        "POST" => std::str::from_utf8(request.body)
            .map_err(|_| Refusal::unreadable("the form is not UTF-8"))?,
        _ => request.query,
    };
    let mut members = Map::new();
    for (name, value) in form::read(text).map_err(Refusal::unreadable)? {
        let of_the_request = COMMON.contains(&&*name) || name == "Version";
        // Form clients send an empty value for what they leave out.
        if of_the_request || value.is_empty() {
            continue;
        }
        let path: Vec<&str> = name.split('.').collect();
        if path.len() > DEPTH_MAX || !put(&mut members, &path, &value) {
            return Err(Refusal::mistyped(&name));
        }
    }
    Ok(members)
}

/// False when what is there already is of another form.
fn put(members: &mut Map<String, Value>, path: &[&str], value: &str) -> bool {
    match path {
        [] => false,
        [name] => members.insert((*name).to_owned(), value.into()).is_none(),
        [name, rest @ ..] => {
            let inner = members.entry(*name).or_insert_with(|| Map::new().into());
            inner.as_object_mut().is_some_and(|inner| put(inner, rest, value))
        }
    }
}

struct Measure<'d> {
    service: &'d Service,
    carrier: Carrier,
}

impl Measure<'_> {
    fn object(
        &self,
        members: &mut Map<String, Value>,
        object: &Object,
        path: &str,
    ) -> Result<(), Refusal> {
        // Clients write null for what they leave out.
        members.retain(|_, value| !value.is_null());
        if let Some(name) = members.keys().find(|name| !object.contains_key(*name)) {
            return Err(Refusal::unknown_parameter(&format!("{path}{name}")));
        }
        for (name, text) in object {
            let member = Member::read(text);
            let path = format!("{path}{name}");
            match members.get_mut(name) {
                Some(value) => self.member(value, member, &path)?,
                None if member.required => return Err(Refusal::missing(&path)),
                None => {}
            }
        }
        Ok(())
    }

    fn member(&self, value: &mut Value, member: Member<'_>, path: &str) -> Result<(), Refusal> {
        if !member.list {
            return self.single(value, member.kind, path);
        }
        if self.carrier == Carrier::Form {
            *value = listed(value).ok_or_else(|| Refusal::mistyped(path))?;
        }
        let items = value.as_array_mut().ok_or_else(|| Refusal::mistyped(path))?;
        for (index, item) in items.iter_mut().enumerate() {
            self.single(item, member.kind, &format!("{path}.{index}"))?;
        }
        Ok(())
    }

    fn single(&self, value: &mut Value, kind: Kind<'_>, path: &str) -> Result<(), Refusal> {
        if let Kind::Object(name) = kind {
            let object = self.service.object(name).ok_or_else(Refusal::internal)?;
            let members = value.as_object_mut().ok_or_else(|| Refusal::mistyped(path))?;
            return self.object(members, object, &format!("{path}."));
        }
        if self.carrier == Carrier::Form
            && let Some(read) = value.as_str().and_then(|text| read(text, kind))
        {
            *value = read;
        }
        let fits = match kind {
            Kind::Text => value.is_string(),
            Kind::Integer => value.is_i64(),
            Kind::Natural => value.is_u64(),
            Kind::Number => value.is_number(),
            Kind::Flag => value.is_boolean(),
            Kind::Object(_) => false,
        };
        if fits { Ok(()) } else { Err(Refusal::mistyped(path)) }
    }
}

/// The members of a form's list by their numbers: any first number, and gaps between them.
fn listed(value: &Value) -> Option<Value> {
    let mut items = Vec::new();
    for (index, item) in value.as_object()? {
        items.push((parse_digits(index)?, item.clone()));
    }
    items.sort_by_key(|(index, _)| *index);
    Some(items.into_iter().map(|(_, item)| item).collect())
}

/// A form's text as what it should be.
fn read(text: &str, kind: Kind<'_>) -> Option<Value> {
    match kind {
        Kind::Integer => text.parse::<i64>().ok().map(Value::from),
        Kind::Natural => parse_digits(text).map(Value::from),
        Kind::Number => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
        Kind::Flag => match text {
            "true" | "True" | "1" => Some(true.into()),
            "false" | "False" | "0" => Some(false.into()),
            _ => None,
        },
        Kind::Text | Kind::Object(_) => None,
    }
}
