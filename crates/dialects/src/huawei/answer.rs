//! Answers in this cloud's shapes: ECS, the gateway in front of it, and IAM each have their own.

use std::borrow::Cow;
use std::fmt::Write as _;

use regiment_core::model::{Fault, RequestId};
use serde::Serialize;

use super::faults::Row;
use crate::Answer;
use crate::rules::Raw;

/// Makes the answers of one call: every one carries the call's id and the gateway's headers.
#[derive(Clone, Copy)]
pub(super) struct Reply {
    pub request: RequestId,
}

impl Reply {
    fn dress(self, answer: Answer) -> Answer {
        answer
            .with_header("x-request-id", self.request.plain())
            .with_header("server", "api-gateway")
            .with_header("x-content-type-options", "nosniff")
            .with_header("x-download-options", "noopen")
            .with_header("x-frame-options", "SAMEORIGIN")
            .with_header("x-xss-protection", "1; mode=block;")
    }

    pub fn json(self, status: u16, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).expect("answers are plain data");
        self.bytes(status, body)
    }

    /// A body that is JSON already.
    pub fn bytes(self, status: u16, body: Vec<u8>) -> Answer {
        self.dress(Answer::new(status, "application/json", body))
    }

    /// A page for a person to look at, from which nothing is to be loaded, kept or told on.
    pub fn page(self, status: u16, page: String) -> Answer {
        self.dress(Answer::new(status, "text/html; charset=utf-8", page))
            .with_header("cache-control", "no-store")
            .with_header("content-security-policy", "default-src 'none'")
            .with_header("referrer-policy", "no-referrer")
    }

    pub fn empty(self, status: u16) -> Answer {
        self.dress(Answer::empty(status))
    }

    /// A refusal by ECS itself.
    pub fn refuse(self, row: &Row) -> Answer {
        let mut body = String::from("{\"error\":");
        write_error(&mut body, &row.message, row.code);
        body.push('}');
        self.bytes(row.status, body.into_bytes()).with_code(row.code)
    }

    /// A refusal of a job query, which has no `error` around it.
    pub fn refuse_query(self, row: &Row) -> Answer {
        #[derive(Serialize)]
        struct Body<'a> {
            code: &'a str,
            message: &'a str,
        }
        self.json(row.status, &Body { code: row.code, message: &row.message }).with_code(row.code)
    }

    /// A refusal whose words somebody chose. Whose it is, is told by its code.
    pub fn refuse_with(self, raw: &Raw, query: bool) -> Answer {
        let Raw { status, code, message } = raw;
        let status = status.unwrap_or(400);
        if code.starts_with("APIGW.") {
            return self.gateway(status, code.to_string(), message);
        }
        let inner = serde_json::json!({ "message": &**message, "code": &**code });
        let body = if query { inner } else { serde_json::json!({ "error": inner }) };
        self.json(status, &body).with_code(code.to_string())
    }

    /// A refusal by the gateway in front.
    pub fn gateway(self, status: u16, code: impl Into<Cow<'static, str>>, message: &str) -> Answer {
        #[derive(Serialize)]
        struct Body<'a> {
            error_msg: &'a str,
            error_code: &'a str,
            request_id: String,
        }
        let code = code.into();
        let request_id = self.request.plain();
        self.json(status, &Body { error_msg: message, error_code: &code, request_id })
            .with_code(code)
    }

    /// The gateway has let enough through for now.
    pub fn throttled(self, fault: &Fault) -> Answer {
        let policy = fault.detail.as_deref().unwrap_or_default();
        let message = format!(
            "The throttling threshold has been reached: policy user over ratelimit,{policy}"
        );
        self.gateway(429, "APIGW.0308", &message)
    }

    /// The gateway knows no such path or method.
    pub fn no_such_api(self) -> Answer {
        let message = "The API does not exist or has not been published in the environment";
        self.gateway(404, "APIGW.0101", message)
    }

    /// The gateway does not know who is asking.
    pub fn unauthenticated(self, why: &str) -> Answer {
        let message = format!("Incorrect IAM authentication information: {why}");
        self.gateway(401, "APIGW.0301", &message)
    }

    /// A refusal by IAM.
    pub fn iam(self, status: u16, title: &'static str, message: &str) -> Answer {
        #[derive(Serialize)]
        struct Inner<'a> {
            code: u16,
            message: &'a str,
            title: &'a str,
        }
        #[derive(Serialize)]
        struct Body<'a> {
            error: Inner<'a>,
        }
        self.json(status, &Body { error: Inner { code: status, message, title } }).with_code(title)
    }
}

/// `{"message":…,"code":…}`
pub(super) fn write_error(to: &mut String, message: &str, code: &str) {
    to.push_str("{\"message\":");
    write_text(to, message);
    let _ = write!(to, ",\"code\":\"{code}\"}}");
}

/// A JSON string.
pub(super) fn write_text(to: &mut String, text: &str) {
    to.push_str(&serde_json::to_string(text).expect("text is text"));
}
