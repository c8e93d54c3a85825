//! The bytes of answers. The status is always 200 and the type always exactly `application/json`:
//! clients look at nothing else before they look for `code`.

use std::borrow::Cow;

use regiment_core::model::RequestId;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::faults::Refusal;
use crate::rules::Raw;
use crate::{Answer, Request};

const JSON: &str = "application/json";

/// Nothing beside the outcome.
#[derive(Serialize)]
pub struct Nothing {}

#[derive(Serialize)]
struct Flat<'a, T> {
    code: i32,
    message: &'a str,
    #[serde(rename = "codeDesc")]
    code_desc: &'a str,
    #[serde(flatten)]
    rest: T,
}

fn flat<T: Serialize>(code: i32, code_desc: &str, message: &str, rest: T) -> Answer {
    let body = serde_json::to_vec(&Flat { code, message, code_desc, rest });
    Answer::new(200, JSON, body.expect("our own answers can be written"))
}

/// A success, with what belongs to it. Actions differ in the word they use for it.
pub fn success<T: Serialize>(message: &str, rest: T) -> Answer {
    flat(0, "Success", message, rest)
}

/// An answer that failed in part or whole but still says more than its code.
pub fn partial<T: Serialize>(code: i32, code_desc: &'static str, message: &str, rest: T) -> Answer {
    flat(code, code_desc, message, rest).with_code(code_desc)
}

/// A refusal of the whole request by an action.
pub fn refuse(refusal: &Refusal) -> Answer {
    let (code, code_desc, message) = refusal.flat();
    partial(code, code_desc, &message, Nothing {})
}

/// Which envelope the caller reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// `{"code", "message", "codeDesc"}`.
    Flat,
    /// `{"Response": {"Error", "RequestId"}}`, asked for with `Version`.
    Transitional,
}

impl Surface {
    /// Looks for `Version` where parameters are read, however broken the others may be.
    pub fn of(request: &Request<'_>) -> Surface {
        let text = match request.method {
            "POST" => request.body,
            _ => request.query.as_bytes(),
        };
        let versioned = text
            .trim_ascii()
            .split(|byte| *byte == b'&')
            .any(|pair| pair.strip_prefix(b"Version=").is_some_and(|value| !value.is_empty()));
        if versioned { Surface::Transitional } else { Surface::Flat }
    }

    /// A refusal whose words somebody chose: `5100`, `5100/ResourceOpFailed` or a name alone, which is
    /// then an error of the cloud's own.
    pub fn refuse_with(self, raw: &Raw, request: RequestId) -> Answer {
        let Raw { status: _, code, message } = raw;
        match self {
            Surface::Transitional => transitional(code.to_string().into(), message, request),
            Surface::Flat => {
                let (number, name) = code.split_once('/').unwrap_or((code, ""));
                let (number, name) = match number.parse::<i32>() {
                    Ok(number) => (number, name),
                    Err(_) => (6000, &**code),
                };
                flat(number, name, message, Nothing {}).with_code(code.to_string())
            }
        }
    }

    pub fn refuse(self, refusal: &Refusal, request: RequestId) -> Answer {
        match self {
            Surface::Flat => refuse(refusal),
            Surface::Transitional => {
                let (code, message) = refusal.transitional();
                transitional(code.into(), &message, request)
            }
        }
    }
}

#[derive(Serialize)]
struct Enveloped<'a> {
    #[serde(rename = "Response")]
    response: Response<'a>,
}

#[derive(Serialize)]
struct Response<'a> {
    #[serde(rename = "Error")]
    error: Error<'a>,
    #[serde(rename = "RequestId")]
    request: String,
}

#[derive(Serialize)]
struct Error<'a> {
    #[serde(rename = "Code")]
    code: &'a str,
    #[serde(rename = "Message")]
    message: &'a str,
}

/// On this surface the id of the call is written in capitals.
fn transitional(code: Cow<'static, str>, message: &str, request: RequestId) -> Answer {
    let request = request.to_string().to_ascii_uppercase();
    let error = Error { code: &code, message };
    let body = serde_json::to_vec(&Enveloped { response: Response { error, request } });
    Answer::new(200, JSON, body.expect("our own answers can be written")).with_code(code)
}

/// A JSON object whose keys are data, in an order that is ours to choose.
pub struct Keyed<K, V>(pub Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Keyed<K, V> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
