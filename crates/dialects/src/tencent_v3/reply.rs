//! Answers: one envelope for successes and refusals alike, always 200, in the caller's language.

use regiment_core::model::RequestId;
use serde::Serialize;

use super::codes;
use super::faults::Refusal;
use super::language::Language;
use crate::Answer;

/// Exactly this: with a charset behind it the vendor's own client reads no error.
const JSON: &str = "application/json";

/// How the caller reads answers.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    pub request: RequestId,
    pub language: Language,
    /// The service whose action is asked for, once that is known: each has words of its own.
    pub service: &'static str,
    /// On the path of the older version the id of the call is written in capitals.
    pub capitals: bool,
}

/// Nothing beside the id of the call.
#[derive(Serialize)]
pub struct Nothing {}

#[derive(Serialize)]
struct Envelope<T> {
    #[serde(rename = "Response")]
    response: Response<T>,
}

#[derive(Serialize)]
struct Response<T> {
    #[serde(flatten)]
    rest: T,
    #[serde(rename = "RequestId")]
    request: String,
}

#[derive(Serialize)]
struct Failure<'a> {
    #[serde(rename = "Error")]
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    #[serde(rename = "Code")]
    code: &'a str,
    #[serde(rename = "Message")]
    message: &'a str,
}

impl Reply {
    pub fn success<T: Serialize>(self, rest: T) -> Answer {
        let response = Response { rest, request: self.request_id() };
        let body = serde_json::to_vec(&Envelope { response });
        Answer::new(200, JSON, body.expect("our own answers can be written"))
    }

    pub fn refuse(self, refusal: &Refusal) -> Answer {
        let code = codes::spelled(refusal, self.service);
        let message = self.message(refusal);
        let error = Error { code, message: &message };
        self.success(Failure { error }).with_code(code.to_owned())
    }

    /// What a look found, or a refusal.
    pub fn shown<T: Serialize>(self, found: Result<T, Refusal>) -> Answer {
        match found {
            Ok(found) => self.success(found),
            Err(refusal) => self.refuse(&refusal),
        }
    }

    /// What an action of instances says ends with the beginning of the call's id.
    pub fn message(self, refusal: &Refusal) -> String {
        let text = refusal.words(self.language);
        if refusal.by_action() && self.service != codes::BALANCERS {
            format!("{text} ({})", &self.request.to_string()[..8])
        } else {
            text.to_string()
        }
    }

    fn request_id(self) -> String {
        let id = self.request.to_string();
        if self.capitals { id.to_ascii_uppercase() } else { id }
    }
}
