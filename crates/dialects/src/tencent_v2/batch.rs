//! The batch task: one order to many instances, and an answer from each, under the name the caller
//! gave it.

use regiment_core::command::{Receipt, TargetAnswer, TargetRef};
use regiment_core::model::{Fault, FaultKind};
use regiment_core::ops::{Operation, Verdict};
use regiment_core::vault::Secret;
use serde::Serialize;

use super::call::Call;
use super::faults::{self, Refusal};
use super::reply::{self, Keyed};
use crate::tencent::ids;
use crate::{Action, Answer};

/// Names in one list. The vendor says none for this version and this for the next.
const NAMES_MAX: usize = 100;

/// What `detail` says of one instance.
#[derive(Serialize)]
struct Item {
    code: i32,
    message: String,
    /// The number of the task, in quotes. A failed item has no task.
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

#[derive(Serialize)]
struct Detail<I> {
    detail: Keyed<String, I>,
}

/// Orders `operation` for the instances named in the request.
pub fn order(
    call: &Call<'_>,
    operation: Operation,
    secret: Option<Secret>,
) -> Result<Action, Refusal> {
    let names = names(call, "instanceIds")?;
    let targets = names.iter().map(|name| ids::read_instance(name)).collect();
    let mut command = call.issuer().command(operation, targets);
    command.secret = secret;
    Ok(Action::order(command, move |outcome, _| answer(names, outcome)))
}

/// The ids as sent in a list, each once, in the order of their numbers.
pub fn names(call: &Call<'_>, list: &str) -> Result<Vec<String>, Refusal> {
    let fields = call.fields();
    let sent = fields.list(list);
    if sent.is_empty() {
        return Err(Refusal::Missing(format!("{list}.0")));
    }
    if sent.len() > NAMES_MAX {
        return Err(fields.bad(list, format!("must name at most {NAMES_MAX}")));
    }
    let mut names: Vec<String> = Vec::with_capacity(sent.len());
    for name in sent {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// What became of each, under its name.
pub fn answer(names: Vec<String>, outcome: &Result<Receipt, Fault>) -> Answer {
    let receipt = match outcome {
        Ok(receipt) => receipt,
        Err(fault) => return reply::refuse(&Refusal::Fault(fault.clone())),
    };
    let items: Vec<(String, Item)> =
        names.into_iter().zip(receipt.answers.iter().map(item)).collect();
    let failed = items.iter().filter(|(_, item)| item.code != 0).count();
    enclose(items, failed)
}

/// The answer to a rehearsed order: what each would have answered, and no task.
pub fn rehearsed(targets: &[TargetRef], receipt: &Receipt) -> Answer {
    let verdicts = receipt.answers.iter().map(|answer| match &answer.verdict {
        Verdict::Refuse(fault) => failed(fault),
        Verdict::Admit | Verdict::AlreadySo(_) => {
            Item { code: 0, message: String::new(), request_id: None }
        }
    });
    let items: Vec<_> = targets.iter().map(ids::target).zip(verdicts).collect();
    let failed = items.iter().filter(|(_, item)| item.code != 0).count();
    enclose(items, failed)
}

fn failed(fault: &Fault) -> Item {
    Item { code: faults::row(fault.kind).code, message: faults::worded(fault), request_id: None }
}

/// The answers of all, so many of which failed, with the code that says whether all, some or none did.
pub fn enclose<I: Serialize>(items: Vec<(String, I)>, failed: usize) -> Answer {
    let all = items.len();
    let detail = Detail { detail: Keyed(items) };
    if failed == 0 {
        reply::success("success", detail)
    } else if failed == all {
        reply::partial(5100, "ResourceOpFailed", "all operations failed, see detail", detail)
    } else {
        reply::partial(5400, "ResourceOpFailed", "some operations failed, see detail", detail)
    }
}

fn item(answer: &TargetAnswer) -> Item {
    match (&answer.verdict, answer.sub) {
        (Verdict::Refuse(fault), _) => failed(fault),
        (Verdict::Admit | Verdict::AlreadySo(_), Some(sub)) => {
            Item { code: 0, message: String::new(), request_id: Some(sub.0.to_string()) }
        }
        // Admitted and yet without a task: nothing orders that here.
        (Verdict::Admit | Verdict::AlreadySo(_), None) => failed(&FaultKind::Internal.into()),
    }
}
