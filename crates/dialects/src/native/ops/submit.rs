//! `POST jobs`: an order on servers that are named or selected.

pub(in crate::native) mod wire;

use regiment_core::command::{Admission, Command, Receipt, TargetRef, TokenClaim};
use regiment_core::limits::TOKEN_CHARS_MAX;
use regiment_core::model::RequestId;
use regiment_core::ops::Verdict;
use regiment_core::select::Selector;
use regiment_core::view::View;
use serde::Serialize;

use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::show::{ShownFault, ShownJob};
use crate::native::{Call, NAME, body, reply};
use crate::{Action, Answer, sign};
use wire::{Asked, Targets, read_operation};

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let asked: Asked = body::read(call.request)?;
    let token = asked.token.as_deref().map(|token| claim(call, token)).transpose()?;
    let (operation, secret) = read_operation(&asked.operation, asked.parameters)?;
    let (project, principal) = (call.caller.project, call.caller.access_key.clone());
    let targets = wire::targets(asked.servers, asked.select)?;
    let request = call.context.request;
    let mut command = Command::new(project, principal, NAME, request, operation, Vec::new());
    command.admission = asked.admission.into();
    command.already_so = asked.already_so.into();
    command.orders = asked.orders.read(call.context.now)?;
    command.dry_run = asked.dry_run;
    command.token = token;
    command.secret = secret;
    Ok(match targets {
        Targets::Named(targets) => {
            command.targets = targets;
            place(command)
        }
        Targets::Selected(selector) => Action::consult(move |view| {
            command.targets = selected(&selector, &command, view);
            if command.targets.is_empty() {
                return Action::Answer(reply::refuse(&Refusal::nothing_selected(), request));
            }
            place(command)
        }),
    })
}

/// The servers that fit, oldest first: the order in which they will have their turn.
fn selected(selector: &Selector, command: &Command, view: &View<'_>) -> Vec<TargetRef> {
    let servers = view.world.servers_of(command.project);
    let mut found: Vec<TargetRef> = servers
        .filter(|server| selector.matches(server))
        .map(|server| TargetRef::Server(server.id))
        .collect();
    found.reverse();
    found
}

/// A client's token, bound to everything the request says.
fn claim(call: &Call<'_>, token: &str) -> Result<TokenClaim, Refusal> {
    let chars = token.chars().count();
    if !(1..=TOKEN_CHARS_MAX).contains(&chars) {
        let text = format!("token must have from 1 to {TOKEN_CHARS_MAX} characters");
        return Err(Refusal::invalid(text));
    }
    let key = call.context.gate.key(&call.caller.access_key);
    let key = key.ok_or_else(|| Refusal::unauthorized("the access key is gone"))?;
    let digest = sign::token_digest(&key, call.request.body);
    Ok(TokenClaim { token: token.into(), digest })
}

#[derive(Serialize)]
struct Submitted {
    /// Absent for a dry run.
    job: Option<ShownJob>,
    verdicts: Verdicts,
}

/// How the targets were judged before any work.
#[derive(Serialize)]
struct Verdicts {
    admitted: usize,
    already_so: usize,
    refused: Vec<Refused>,
}

#[derive(Serialize)]
struct Refused {
    server_id: String,
    fault: ShownFault,
}

impl Verdicts {
    fn of(receipt: &Receipt, targets: &[TargetRef]) -> Verdicts {
        let mut verdicts = Verdicts { admitted: 0, already_so: 0, refused: Vec::new() };
        for (answer, target) in receipt.answers.iter().zip(targets) {
            match &answer.verdict {
                Verdict::Admit => verdicts.admitted += 1,
                Verdict::AlreadySo(_) => verdicts.already_so += 1,
                Verdict::Refuse(fault) => {
                    let (server_id, fault) = (wire::as_said(target), ShownFault::of(fault));
                    verdicts.refused.push(Refused { server_id, fault });
                }
            }
        }
        verdicts
    }
}

/// Orders it, and answers with the job and its verdicts.
pub(in crate::native) fn place(command: Command) -> Action {
    let (targets, request) = (command.targets.clone(), command.request);
    let (dry_run, admission) = (command.dry_run, command.admission);
    Action::order(command, move |outcome, view| match outcome {
        Err(fault) => reply::refuse(&Refusal::of(fault), request),
        Ok(receipt) => match receipt.job.and_then(|job| view.job(job)) {
            Some(job) => {
                let verdicts = Verdicts::of(receipt, &targets);
                let shown = ShownJob::of(&job);
                let place = format!("{}jobs/{}", crate::native::ROOT, shown.id);
                let body = Submitted { job: Some(shown), verdicts };
                reply::json(202, &body).with_header("location", place)
            }
            None if dry_run => judged(receipt, &targets),
            None => refused(receipt, admission, &targets, request),
        },
    })
}

/// What would have come of it.
pub(in crate::native) fn judged(receipt: &Receipt, targets: &[TargetRef]) -> Answer {
    let verdicts = Verdicts::of(receipt, targets);
    reply::json(200, &Submitted { job: None, verdicts })
}

/// Nothing was ordered: a target was refused and with it all, or none of them is there.
fn refused(
    receipt: &Receipt,
    admission: Admission,
    targets: &[TargetRef],
    request: RequestId,
) -> Answer {
    let refusals =
        receipt.answers.iter().zip(targets).filter_map(|(answer, target)| match &answer.verdict {
            Verdict::Refuse(fault) => Some((target, fault)),
            Verdict::Admit | Verdict::AlreadySo(_) => None,
        });
    let mut refusals = refusals.peekable();
    let Some((target, fault)) = refusals.next() else {
        return reply::refuse(&Refusal::unavailable(), request);
    };
    let mut refusal = Refusal::of(fault);
    let rest = refusals.count();
    let first = format!("{}: {fault}", wire::as_said(target));
    let all = match rest {
        0 => first,
        rest => format!("{first}, and {rest} more"),
    };
    refusal.detail = match admission {
        Admission::AllOrNothing => format!("{all}; nothing was ordered"),
        Admission::EachOnItsOwn => all,
    };
    reply::refuse(&refusal, request)
}
