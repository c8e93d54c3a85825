//! `POST credentials`: a new key pair with a role. Its secret key is told once, in this answer.

use std::sync::Arc;

use regiment_core::command::Command;
use regiment_core::edits::{AddCredential, Edit};
use regiment_core::model::Role;
use regiment_core::ops::Operation;
use regiment_core::vault::Secret;
use serde::{Deserialize, Serialize};

use super::list_credentials::ShownCredential;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, NAME, body, reply};
use crate::{Action, Gate};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    role: Role,
}

#[derive(Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    credential: ShownCredential,
    secret_key: &'a str,
}

const ACCESS_KEY_CHARS: usize = 20;
const SECRET_KEY_CHARS: usize = 40;
const UPPER_ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let Asked { role } = body::read(call.request)?;
    let gate = call.context.gate;
    let access_key: Arc<str> = draw(gate, ACCESS_KEY_CHARS, UPPER_ALNUM).into();
    let secret = Secret::new(draw(gate, SECRET_KEY_CHARS, ALNUM));
    let edit =
        AddCredential { access_key: access_key.clone(), secret_key: gate.seal(&secret), role };
    let (project, principal) = (call.caller.project, call.caller.access_key.clone());
    let (request, operation) = (call.context.request, Operation::from(Edit::AddCredential(edit)));
    let command = Command::new(project, principal, NAME, request, operation, Vec::new());
    Ok(Action::order(command, move |outcome, view| {
        match (outcome, view.world.credential(&access_key)) {
            (Ok(_), Some(made)) => {
                let (credential, secret_key) = (ShownCredential::of(made), secret.expose());
                let answer = reply::json(201, &Made { credential, secret_key });
                answer.with_header("cache-control", "no-store")
            }
            // Taken away again in the same moment.
            (Ok(_), None) => reply::refuse(&Refusal::unavailable(), request),
            (Err(fault), _) => reply::refuse(&Refusal::of(fault), request),
        }
    }))
}

/// Every character is equally likely: bytes past the last whole multiple are drawn again.
fn draw(gate: &dyn Gate, chars: usize, alphabet: &[u8]) -> String {
    let limit = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(chars);
    while text.len() < chars {
        let usable = gate.random().map(usize::from).into_iter().filter(|byte| *byte < limit);
        let more = chars - text.len();
        text.extend(usable.take(more).map(|byte| char::from(alphabet[byte % alphabet.len()])));
    }
    text
}
