//! `POST jobs/{job_id}/retry`: exactly what did not succeed, ordered once more as a job of its own.

use regiment_core::again::again;
use regiment_core::vault::Secret;
use serde::Deserialize;

use crate::Action;
use crate::native::faults::Refusal;
use crate::native::ops::submit::place;
use crate::native::ops::submit::wire::{check_password, maybe_secret};
use crate::native::orders::AskedOrders;
use crate::native::query::Query;
use crate::native::{Call, NAME, body, reply};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Asked {
    orders: AskedOrders,
    #[serde(deserialize_with = "maybe_secret")]
    password: Option<Secret>,
    dry_run: bool,
}

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let asked: Asked =
        if call.request.body.is_empty() { Asked::default() } else { body::read(call.request)? };
    let Asked { orders, password, dry_run } = asked;
    if let Some(password) = &password {
        check_password(password)?;
    }
    let (orders, id) = (orders.read(call.context.now)?, call.job()?);
    let (project, principal) = (call.caller.project, call.caller.access_key.clone());
    let request = call.context.request;
    Ok(Action::consult(move |view| {
        let Some(job) = view.job(id).filter(|job| job.project == project) else {
            let refusal = Refusal::no_such("job", &id.0.to_string());
            return Action::Answer(reply::refuse(&refusal, request));
        };
        match again(&job, principal, NAME, request, orders, password) {
            Ok(mut command) => {
                command.dry_run = dry_run;
                place(command)
            }
            Err(kind) => Action::Answer(reply::refuse(&Refusal::of(&kind.into()), request)),
        }
    }))
}
