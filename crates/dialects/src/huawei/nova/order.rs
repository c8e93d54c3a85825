//! What the orders for one server share.

use regiment_core::command::{Admission, AlreadySo, Command, Receipt};
use regiment_core::edits::Edit;
use regiment_core::model::{Fault, FaultKind, Job, ProjectId, Server, SubState};
use regiment_core::ops::{Operation, Verdict};
use regiment_core::view::View;

use super::NovaCall;
use super::answer::NovaReply;
use super::faults::{Refusal, is_conflict};
use super::server::find;
use crate::huawei::body::target;
use crate::huawei::faults::Row;
use crate::huawei::limits::WAIT_MS;
use crate::huawei::{NAME, states};
use crate::{Action, Answer};

/// The one server that a path names, and what is done to it in Nova's word.
#[derive(Clone)]
pub(super) struct Errand {
    pub id: String,
    pub word: &'static str,
    project: ProjectId,
    /// What a fault is called here, where the table says too little.
    saying: Option<(FaultKind, Refusal)>,
}

impl NovaCall<'_> {
    pub fn errand(&self, id: &str, word: &'static str) -> Errand {
        Errand { id: id.to_owned(), word, project: self.call.caller.project, saying: None }
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
        errand.order(command, self.reply, accepted)
    }
}

/// Why the work on the one server of a job has failed, if it has.
fn failure(job: &Job) -> Option<Refusal> {
    let sub = job.subs.first().filter(|sub| sub.state == SubState::Failed)?;
    let fault = sub.fault.as_deref().cloned().unwrap_or_else(|| FaultKind::Internal.into());
    Some(Refusal::new(500, Row::of_work(&fault, &job.operation).message))
}

impl NovaCall<'_> {
    /// An edit of that server, or what is wrong with it after a look, and the answer once it is so.
    pub fn edit(
        &self,
        errand: Errand,
        edit: impl FnOnce(&Server, &View<'_>) -> Result<Edit, Refusal> + Send + 'static,
        answer: impl FnOnce(&Server, &View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        let (reply, project) = (self.reply, errand.project);
        let (principal, request) = (self.call.caller.access_key.clone(), self.call.context.request);
        Action::consult(move |view| {
            let Some(server) = find(view, project, &errand.id) else {
                return Action::Answer(reply.refuse(&errand.no_such_server()));
            };
            let edit = match edit(server, view) {
                Ok(edit) => edit.into(),
                Err(refusal) => return Action::Answer(reply.refuse(&refusal)),
            };
            let command = Command::new(project, principal, NAME, request, edit, Vec::new());
            Action::order(command, move |receipt, view| {
                if let Some(refusal) = errand.refusal(receipt, view) {
                    return reply.refuse(&refusal);
                }
                match find(view, project, &errand.id) {
                    Some(server) => answer(server, view),
                    // It was taken away in the same moment.
                    None => reply.refuse(&errand.no_such_server()),
                }
            })
        })
    }

    /// A look at that server.
    pub fn look(
        &self,
        errand: Errand,
        look: impl FnOnce(&Server, &View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        let reply = self.reply;
        Action::look(move |view| match find(view, errand.project, &errand.id) {
            Some(server) => look(server, view),
            None => reply.refuse(&errand.no_such_server()),
        })
    }
}

impl Errand {
    /// Orders it and answers when it is done, or has failed, or takes too long. Nova takes orders
    /// like these one after another without a pause; a server here has one at a time.
    pub fn order_and_wait(
        self,
        command: Command,
        reply: NovaReply,
        done: impl FnOnce(&Job, &View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        Action::order_and_wait(command, WAIT_MS, move |receipt, view| {
            if let Some(refusal) = self.refusal(receipt, view) {
                return reply.refuse(&refusal);
            }
            let job = receipt.as_ref().ok().and_then(|receipt| view.job(receipt.job?));
            match job {
                Some(job) => match failure(&job) {
                    Some(refusal) => reply.refuse(&refusal),
                    None => done(&job, view),
                },
                None => reply.refuse(&Refusal::of(&FaultKind::Internal.into())),
            }
        })
    }

    /// Orders it; once it is accepted, `accepted` answers.
    pub fn order(
        self,
        command: Command,
        reply: NovaReply,
        accepted: impl FnOnce(&View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        Action::order(command, move |receipt, view| match self.refusal(receipt, view) {
            Some(refusal) => reply.refuse(&refusal),
            None => accepted(view),
        })
    }

    pub fn saying(mut self, kind: FaultKind, refusal: Refusal) -> Errand {
        self.saying = Some((kind, refusal));
        self
    }

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
        if let Some((kind, refusal)) = &self.saying
            && *kind == fault.kind
        {
            return Some(refusal.clone());
        }
        Some(match fault.kind {
            FaultKind::ServerNotFound => self.no_such_server(),
            FaultKind::ServerLocked => Refusal::new(409, format!("Instance {} is locked", self.id)),
            kind if is_conflict(kind) => self.conflict(view),
            _ => Refusal::of(fault),
        })
    }

    /// The state that the server is in does not allow it.
    pub fn conflict(&self, view: &View<'_>) -> Refusal {
        let Errand { id, word, project, saying: _ } = self;
        let Some(server) = find(view, *project, id) else { return self.no_such_server() };
        let state = states::of(server);
        let why = match state.task {
            Some(task) => format!("it is in task_state {task}"),
            // Not everything that keeps a server busy has a word of its own.
            None if server.busy.is_some() => "another operation is running on it".to_owned(),
            None => format!("it is in vm_state {}", state.vm),
        };
        Refusal::new(409, format!("Cannot '{word}' instance {id} while {why}"))
    }
}
