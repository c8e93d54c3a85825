//! Answers: JSON, and problems after RFC 9457 with a code that programs can go by.

use regiment_core::model::RequestId;
use serde::Serialize;

use super::faults::Refusal;
use crate::Answer;

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

pub(super) fn json(status: u16, body: &impl Serialize) -> Answer {
    match serde_json::to_vec(body) {
        Ok(body) => Answer::new(status, JSON, body),
        // Nothing of ours refuses to be written.
        Err(_) => Answer::empty(500),
    }
}

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    request_id: String,
}

pub(super) fn refuse(refusal: &Refusal, request: RequestId) -> Answer {
    let Refusal { status, code, title, detail, allow } = refusal;
    let problem = Problem {
        // The code says what it is; there is no page to lead to.
        kind: "about:blank",
        title,
        status: *status,
        detail,
        code,
        request_id: request.plain(),
    };
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut answer = Answer::new(*status, PROBLEM, body).with_code(code.clone());
    if *status == 401 {
        answer = answer.with_header("www-authenticate", "Bearer realm=\"regiment\"");
    }
    match allow {
        Some(allow) => answer.with_header("allow", allow.clone()),
        None => answer,
    }
}
