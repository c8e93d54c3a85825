//! The ordinary task: one order, one number to ask for it by. Also the orders on one thing that
//! have no task to ask for.

use regiment_core::command::{Command, Receipt, TargetAnswer};
use regiment_core::edits::Edit;
use regiment_core::model::{Fault, FaultKind, JobId, ProjectId};
use regiment_core::ops::{Operation, Verdict};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use super::call::Call;
use super::faults::Refusal;
use super::reply::{self, Nothing};
use crate::{Action, Answer};

/// The number of a task, without quotes.
#[derive(Serialize)]
pub struct Task {
    #[serde(rename = "requestId")]
    pub request_id: u64,
}

impl Task {
    pub const fn of(job: JobId) -> Task {
        Task { request_id: job.0 }
    }
}

/// The job an order came to, or why it came to none. A refused target refuses the order: these
/// commands are all or nothing, or have one target.
pub fn accepted(outcome: &Result<Receipt, Fault>) -> Result<(JobId, &Receipt), Refusal> {
    let receipt = outcome.as_ref().map_err(|fault| Refusal::Fault(fault.clone()))?;
    let refused = receipt.answers.iter().find_map(|answer| match &answer.verdict {
        Verdict::Refuse(fault) => Some(fault.clone()),
        Verdict::Admit | Verdict::AlreadySo(_) => None,
    });
    match (refused, receipt.job) {
        (Some(fault), _) => Err(fault.into()),
        (None, Some(job)) => Ok((job, receipt)),
        (None, None) => Err(FaultKind::Internal.into()),
    }
}

/// An order that, when accepted, is answered with `message` and whatever `rest` makes of it.
pub fn order<T: Serialize>(
    command: Command,
    message: &'static str,
    rest: impl FnOnce(JobId, &Receipt, &View<'_>) -> T + Send + 'static,
) -> Action {
    Action::order(command, move |outcome, view| match accepted(outcome) {
        Ok((job, receipt)) => reply::success(message, rest(job, receipt, view)),
        Err(refusal) => reply::refuse(&refusal),
    })
}

/// What the vendor's documents call synchronous is waited for this long; most clients give up after
/// a minute.
const WAIT_MS: u32 = 30_000;

/// An order answered when its work has ended, with `message` and whatever `rest` makes of it, or
/// with why the work failed.
pub fn order_and_wait<T: Serialize>(
    command: Command,
    message: &'static str,
    rest: impl FnOnce(JobId, &Receipt, &View<'_>) -> T + Send + 'static,
) -> Action {
    Action::order_and_wait(command, WAIT_MS, move |outcome, view| match accepted(outcome) {
        Ok((job, receipt)) => match failure(view, job) {
            Some(fault) => reply::refuse(&fault.into()),
            None => reply::success(message, rest(job, receipt, view)),
        },
        Err(refusal) => reply::refuse(&refusal),
    })
}

fn failure(view: &View<'_>, job: JobId) -> Option<Fault> {
    let job = view.job(job)?;
    job.subs.iter().find_map(|sub| sub.fault.as_deref().cloned())
}

/// An order on several things, answered with the number of its one task; a refusal says of which of
/// `names`, one for each target, it is.
pub fn order_all(command: Command, names: Vec<String>, message: &'static str) -> Action {
    Action::order(command, move |outcome, _| match accepted(outcome) {
        Ok((job, _)) => reply::success(message, Task::of(job)),
        Err(refusal) => reply::refuse(&of_whom(refusal, outcome, &names)),
    })
}

fn of_whom(refusal: Refusal, outcome: &Result<Receipt, Fault>, names: &[String]) -> Refusal {
    let refused = |receipt: &Receipt| receipt.answers.iter().position(TargetAnswer::refused);
    let name = outcome.as_ref().ok().and_then(refused).and_then(|place| names.get(place));
    if let (Refusal::Fault(fault), Some(name)) = (&refusal, name) {
        return Fault::with(fault.kind, &**name).into();
    }
    refusal
}

/// The same, answered with nothing but its success.
pub fn order_all_plain(command: Command, names: Vec<String>, message: &'static str) -> Action {
    Action::order(command, move |outcome, _| match accepted(outcome) {
        Ok(_) => reply::success(message, Nothing {}),
        Err(refusal) => reply::refuse(&of_whom(refusal, outcome, &names)),
    })
}

/// A change that no machine is asked for, answered with nothing but its success.
pub fn edit(command: Command) -> Action {
    edit_with(command, |_, _| Nothing {})
}

/// The same, with the word that some modules say of success.
pub fn edit_plain(command: Command, message: &'static str) -> Action {
    edited(command, message, |_, _| Nothing {})
}

/// The same, answered with what `rest` makes of it.
pub fn edit_with<T: Serialize>(
    command: Command,
    rest: impl FnOnce(&Receipt, &View<'_>) -> T + Send + 'static,
) -> Action {
    edited(command, "", rest)
}

fn edited<T: Serialize>(
    command: Command,
    message: &'static str,
    rest: impl FnOnce(&Receipt, &View<'_>) -> T + Send + 'static,
) -> Action {
    Action::order(command, move |outcome, view| match outcome {
        Ok(receipt) => reply::success(message, rest(receipt, view)),
        Err(fault) => reply::refuse(&fault.clone().into()),
    })
}

/// An order answered with the number of its task.
pub fn order_numbered(command: Command, message: &'static str) -> Action {
    order(command, message, |job, _, _| Task::of(job))
}

/// An order answered with nothing but its success.
pub fn order_plain(command: Command, message: &'static str) -> Action {
    order(command, message, |_, _, _| Nothing {})
}

/// An edit that can only be said after a look at the world, answered with nothing but its success.
pub fn consult_edit(
    call: &Call<'_>,
    say: impl FnOnce(&World, ProjectId) -> Result<Edit, Refusal> + Send + 'static,
) -> Action {
    let issuer = call.issuer();
    Action::consult(move |view| {
        settled(
            say(view.world, issuer.project)
                .map(|edit| self::edit(issuer.command(Operation::from(edit), Vec::new()))),
        )
    })
}

/// The number of a task of the networks', in both of the places where clients look for it: the
/// vendor's pages have now the one, now the other.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Numbered<T = Nothing> {
    data: WithTask<T>,
    task_id: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WithTask<T> {
    task_id: u64,
    #[serde(flatten)]
    more: T,
}

impl Numbered {
    pub const fn of(job: JobId) -> Numbered {
        Numbered::with(job, Nothing {})
    }
}

impl<T> Numbered<T> {
    pub const fn with(job: JobId, more: T) -> Numbered<T> {
        Numbered { data: WithTask { task_id: job.0, more }, task_id: job.0 }
    }
}

/// An edit that is answered with a number, since the vendor takes its time over it.
pub fn consult_task(
    call: &Call<'_>,
    say: impl FnOnce(&World, ProjectId) -> Result<Edit, Refusal> + Send + 'static,
) -> Action {
    let issuer = call.issuer();
    Action::consult(move |view| {
        settled(say(view.world, issuer.project).map(|edit| {
            let mut command = issuer.command(Operation::from(edit), Vec::new());
            command.numbered = true;
            order(command, "", |job, _, _| Numbered::of(job))
        }))
    })
}

/// What a look found, or a refusal.
pub fn shown<T: Serialize>(found: Result<T, Refusal>) -> Answer {
    match found {
        Ok(found) => reply::success("", found),
        Err(refusal) => reply::refuse(&refusal),
    }
}

/// What is to be done after a look, or a refusal.
pub fn settled(decided: Result<Action, Refusal>) -> Action {
    decided.unwrap_or_else(|refusal| Action::Answer(reply::refuse(&refusal)))
}
