//! One request with its caller known: what every action is given.

use std::sync::Arc;

use regiment_core::command::{Admission, AlreadySo, Command, Receipt, TargetRef, TokenClaim};
use regiment_core::limits::TOKEN_CHARS_MAX;
use regiment_core::model::{Fault, FaultKind, ProjectId, Server};
use regiment_core::ops::{Operation, Verdict};
use regiment_core::view::View;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::faults::Refusal;
use super::input::Input;
use super::reply::{Nothing, Reply};
use super::states::{self, Passing};
use crate::sign::token_digest;
use crate::tencent::ids;
use crate::{Action, Answer, Caller, Context, Rehearsal, Request};

/// Instances in one call.
pub const INSTANCES_MAX: usize = 100;

#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub input: &'a Input,
    pub context: &'a Context<'a>,
    pub caller: &'a Caller,
    pub request: &'a Request<'a>,
    pub region: &'a Arc<str>,
    pub reply: Reply,
}

impl Call<'_> {
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        self.input.parse()
    }

    pub const fn project(&self) -> ProjectId {
        self.caller.project
    }

    pub fn issuer(&self) -> Issuer {
        Issuer {
            project: self.caller.project,
            principal: self.caller.access_key.clone(),
            reply: self.reply,
        }
    }

    /// A look that is answered with what it finds.
    pub fn look<T: Serialize>(
        &self,
        look: impl FnOnce(&View<'_>) -> Result<T, Refusal> + Send + 'static,
    ) -> Action {
        let reply = self.reply;
        Action::look(move |view| reply.shown(look(view)))
    }

    /// A look, and what is to be done after it.
    pub fn consult(
        &self,
        decide: impl FnOnce(&View<'_>, &Issuer) -> Result<Action, Refusal> + Send + 'static,
    ) -> Action {
        let issuer = self.issuer();
        Action::consult(move |view| {
            decide(view, &issuer).unwrap_or_else(|refusal| issuer.refuse(&refusal))
        })
    }

    /// The claim of a client's token, if one was said. The code is of one that is too long.
    pub fn token(
        &self,
        said: Option<&str>,
        too_long: &'static str,
    ) -> Result<Option<TokenClaim>, Refusal> {
        let Some(token) = said.filter(|token| !token.is_empty()) else { return Ok(None) };
        if !token.is_ascii() || token.len() > TOKEN_CHARS_MAX {
            return Err(Refusal::bad(too_long, "ClientToken", token));
        }
        let key = self.context.gate.key(&self.caller.access_key);
        let key = key.ok_or_else(Refusal::secret_id_not_found)?;
        let digest = token_digest(&key, self.input.text().as_bytes());
        Ok(Some(TokenClaim { token: token.into(), digest }))
    }

    /// An order to several instances: all of them or none.
    pub fn order(&self, operation: Operation, instances: &[String]) -> Result<Action, Refusal> {
        let issuer = self.issuer();
        Ok(issuer.order(issuer.command(operation, targets("InstanceIds", instances)?)))
    }
}

/// The instances named, each once.
pub fn targets(parameter: &str, named: &[String]) -> Result<Vec<TargetRef>, Refusal> {
    if named.is_empty() {
        return Err(Refusal::missing(parameter));
    }
    if named.len() > INSTANCES_MAX {
        return Err(Refusal::too_many(parameter, INSTANCES_MAX));
    }
    let mut targets = Vec::with_capacity(named.len());
    for name in named {
        let target = target(name)?;
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    Ok(targets)
}

/// The one instance named, where an action that could name many takes no more.
pub fn sole_target(parameter: &str, named: &[String]) -> Result<TargetRef, Refusal> {
    let mut targets = targets(parameter, named)?;
    match targets.pop() {
        Some(target) if targets.is_empty() => Ok(target),
        Some(_) => Err(Refusal::too_many(parameter, 1)),
        None => Err(Refusal::missing(parameter)),
    }
}

pub fn target(name: &str) -> Result<TargetRef, Refusal> {
    match ids::read_instance(name) {
        TargetRef::Unreadable(_) => Err(malformed(name)),
        target @ (TargetRef::Server(_)
        | TargetRef::Short(_)
        | TargetRef::Balancer(_)
        | TargetRef::Disk(_)
        | TargetRef::Image(_)) => Ok(target),
    }
}

fn malformed(name: &str) -> Refusal {
    Refusal::said_by_action(
        "InvalidInstanceId.Malformed",
        format!("the instance ID `{name}` is not in the required form"),
        format!("实例 ID `{name}` 格式不正确"),
    )
}

/// The server a client names, if it is this project's.
pub fn named<'v>(
    view: &View<'v>,
    project: ProjectId,
    target: &TargetRef,
) -> Result<&'v Server, Refusal> {
    let server = view.world.named(project, target);
    server.ok_or_else(|| Refusal::from(FaultKind::ServerNotFound).about(&ids::target(target)))
}

/// Who a command is from. Outlives the request, for commands that need a look at the world first.
#[derive(Clone)]
pub struct Issuer {
    pub project: ProjectId,
    principal: Arc<str>,
    pub reply: Reply,
}

impl Issuer {
    /// A command. One refusal refuses all, and what already is as ordered is refused.
    pub fn command(&self, operation: Operation, targets: Vec<TargetRef>) -> Command {
        let mut command = Command::new(
            self.project,
            self.principal.clone(),
            "tencent_v3",
            self.reply.request,
            operation,
            targets,
        );
        command.admission = Admission::AllOrNothing;
        command.already_so = AlreadySo::Refused;
        command
    }

    pub fn refuse(&self, refusal: &Refusal) -> Action {
        Action::Answer(self.reply.refuse(refusal))
    }

    /// An order that, when accepted, is answered with nothing but the id of the call.
    pub fn order(&self, command: Command) -> Action {
        self.order_with(command, |_| Nothing {})
    }

    /// A change that no machine is asked for, answered with nothing but the id of the call.
    pub fn edit(&self, command: Command) -> Action {
        self.edit_with(command, |_| Nothing {})
    }

    /// The same, answered with what `rest` makes of it.
    pub fn edit_with<T: Serialize>(
        &self,
        command: Command,
        rest: impl FnOnce(&View<'_>) -> T + Send + 'static,
    ) -> Action {
        let reply = self.reply;
        Action::order(command, move |outcome, view| match outcome {
            Ok(_) => reply.success(rest(view)),
            Err(fault) => reply.refuse(&fault.into()),
        })
    }

    /// An order that, when accepted, is answered with what `rest` makes of it.
    pub fn order_with<T: Serialize>(
        &self,
        command: Command,
        rest: impl FnOnce(&Receipt) -> T + Send + 'static,
    ) -> Action {
        self.order_in_view(command, |receipt, _| rest(receipt))
    }

    /// The same with a look at what the order has made.
    pub fn order_in_view<T: Serialize>(
        &self,
        command: Command,
        rest: impl FnOnce(&Receipt, &View<'_>) -> T + Send + 'static,
    ) -> Action {
        let reply = self.reply;
        let dry_run = command.dry_run;
        let named = command.targets.clone();
        Action::order(command, move |outcome, view| match accepted(outcome, &named, view) {
            Ok(_) if dry_run => reply.refuse(&Refusal::dry_run()),
            Ok(receipt) => reply.success(rest(receipt, view)),
            Err(refusal) => reply.refuse(&refusal),
        })
    }

    /// An order that is answered when its job has ended, or after `wait_ms`.
    pub fn order_and_wait<T: Serialize>(
        &self,
        command: Command,
        wait_ms: u32,
        rest: impl FnOnce(&Receipt, &View<'_>) -> T + Send + 'static,
    ) -> Action {
        let reply = self.reply;
        let named = command.targets.clone();
        Action::order_and_wait(command, wait_ms, move |outcome, view| {
            match accepted(outcome, &named, view) {
                Ok(receipt) => reply.success(rest(receipt, view)),
                Err(refusal) => reply.refuse(&refusal),
            }
        })
    }
}

/// The answer to a rehearsed order, all or nothing like the order itself.
pub fn rehearsed(reply: Reply, rehearsal: &Rehearsal<'_>, view: &View<'_>) -> Answer {
    match accepted(rehearsal.outcome, rehearsal.targets, view) {
        Ok(_) => reply.refuse(&Refusal::dry_run()),
        Err(refusal) => reply.refuse(&refusal),
    }
}

/// What was accepted, or the first refusal, in words that tell of which instance and its state.
fn accepted<'o>(
    outcome: &'o Result<Receipt, Fault>,
    named: &[TargetRef],
    view: &View<'_>,
) -> Result<&'o Receipt, Refusal> {
    let receipt = outcome.as_ref()?;
    for (place, answer) in receipt.answers.iter().enumerate() {
        let Verdict::Refuse(fault) = &answer.verdict else { continue };
        let server = answer.target.and_then(|target| view.world.server(target.server()?));
        return Err(match server {
            Some(server) => of_instance(fault, server),
            // A story of its own says more than the name.
            None => match named.get(place).filter(|_| fault.detail.is_none()) {
                Some(target) => Refusal::from(fault.kind).about(&ids::target(target)),
                None => fault.into(),
            },
        });
    }
    Ok(receipt)
}

fn of_instance(fault: &Fault, server: &Server) -> Refusal {
    // What is wrong is another thing.
    if ids::tells_of_image(fault.kind) && fault.detail.is_some() {
        return fault.into();
    }
    let name = ids::instance(server.id.handle());
    if fault.kind != FaultKind::ServerBusy {
        let Fault { kind, detail: _ } = fault;
        return Refusal::from(*kind).about(&name);
    }
    // What keeps it busy may be a state of its own to this vendor.
    match states::passing(server) {
        Some(Passing { word, code, chinese }) => Refusal::said_by_action(
            format!("UnsupportedOperation.InstanceState{code}"),
            format!("an instance in state `{word}` is not supported"),
            format!("不支持状态为{chinese}的实例"),
        )
        .about(&name),
        None => Refusal::from(FaultKind::ServerBusy).about(&name),
    }
}
