//! What the orders for one server share.

use regiment_core::command::{Admission, AlreadySo, Command, Receipt};
use regiment_core::model::{Fault, FaultKind, ProjectId};
use regiment_core::ops::{Operation, Verdict};
use regiment_core::view::View;

use super::NovaCall;
use super::answer::NovaReply;
use super::faults::{Refusal, is_conflict};
use super::server::find;
use crate::huawei::body::target;
use crate::huawei::states;
use crate::{Action, Answer};

/// The one server that a path names, and what is done to it in Nova's word.
#[derive(Clone)]
pub(super) struct Errand {
    pub id: String,
    pub word: &'static str,
    project: ProjectId,
}

impl NovaCall<'_> {
    pub fn errand(&self, id: &str, word: &'static str) -> Errand {
        Errand { id: id.to_owned(), word, project: self.call.caller.project }
    }

    /// An operation on that server: refused where the server is not fit for it, or is so already.
    pub fn command(&self, operation: Operation, errand: &Errand) -> Command {
        let mut command = self.call.command(operation, vec![target(&errand.id)]);
        command.admission = Admission::AllOrNothing;
        command.already_so = AlreadySo::Refused;
        command
    }

    /// Orders it; once it is accepted, `accepted` answers.
    pub fn order(
        &self,
        command: Command,
        errand: Errand,
        accepted: impl FnOnce(&View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        self.reply.order(command, errand, accepted)
    }
}

impl NovaReply {
    /// As [`NovaCall::order`], when the call is no longer at hand.
    pub fn order(
        self,
        command: Command,
        errand: Errand,
        accepted: impl FnOnce(&View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        Action::order(command, move |receipt, view| match errand.refusal(receipt, view) {
            Some(refusal) => self.refuse(&refusal),
            None => accepted(view),
        })
    }
}

impl Errand {
    pub fn no_such_server(&self) -> Refusal {
        Refusal::missing("Instance", &self.id)
    }

    fn refusal(&self, receipt: &Result<Receipt, Fault>, view: &View<'_>) -> Option<Refusal> {
        let fault = match receipt {
            Err(fault) => fault,
            Ok(receipt) => receipt.answers.iter().find_map(|answer| match &answer.verdict {
                Verdict::Refuse(fault) => Some(fault),
                Verdict::Admit | Verdict::AlreadySo(_) => None,
            })?,
        };
        Some(match fault.kind {
            FaultKind::ServerNotFound => self.no_such_server(),
            kind if is_conflict(kind) => self.conflict(view),
            _ => Refusal::of(fault),
        })
    }

    /// The state that the server is in does not allow it.
    pub fn conflict(&self, view: &View<'_>) -> Refusal {
        let Errand { id, word, project } = self;
        let Some(server) = find(view, *project, id) else { return self.no_such_server() };
        let state = states::of(server);
        let (what, state) = match state.task {
            Some(task) => ("task_state", task),
            None => ("vm_state", state.vm),
        };
        let message = format!("Cannot '{word}' instance {id} while it is in {what} {state}");
        Refusal::new(409, message)
    }
}
