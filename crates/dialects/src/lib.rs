//! The clouds' APIs: each dialect turns a request's bytes into one command or one look at the
//! world, and what came of it back into the bytes its clients expect.
//!
//! Deliberately absent: sockets, clocks, random sources, state. What must be remembered between
//! requests (keys, tokens, used nonces) is asked of the [`Gate`].
//!
//! Read first: [`wire`] (bytes in, bytes out), then [`Dialect`], then one dialect's `mod.rs`.

mod charging;
mod console;
pub mod huawei;
mod keys;
pub mod native;
pub mod orders;
pub mod rates;
pub mod rules;
pub mod sign;
mod tencent;
pub mod tencent_v2;
pub mod tencent_v3;
pub mod wire;

use std::borrow::Cow;
use std::sync::Arc;

use regiment_core::command::{Command, Receipt};
use regiment_core::events::Event;
use regiment_core::model::{Fault, FaultKind, ProjectId, RequestId, Role, Time};
use regiment_core::vault::{Sealed, Secret};
use regiment_core::view::View;

pub use orders::{Carried, Rehearsal};
use rules::{Book, Raw};
pub use wire::{Answer, Request};

/// Every dialect, in the order in which they are asked whether a request is theirs. The first that
/// says yes has it; the last one takes what nobody else did.
pub static ALL: &[&dyn Dialect] =
    &[&native::Native, &tencent_v2::TencentV2, &tencent_v3::TencentV3, &huawei::Huawei];

/// What a dialect may ask of the place it runs in.
pub trait Gate: Sync {
    /// The key that belongs to an access key, if there is one.
    fn key(&self, access_key: &str) -> Option<Key>;

    /// Whom a bearer token speaks for, if it is one of ours and still good.
    fn bearer(&self, token: &str) -> Option<Bearer>;

    /// A new bearer token for whoever knows this secret key.
    fn issue(&self, access_key: &str, secret_key: &str) -> Option<(String, Bearer)>;

    /// Whether this nonce is new for this key; it is remembered until `forget_at`.
    fn first_use(&self, access_key: &str, nonce: &str, forget_at: Time) -> bool;

    /// Bytes that nobody can guess.
    fn random(&self) -> [u8; 32];

    /// A secret as it may be kept.
    fn seal(&self, secret: &Secret) -> Sealed;
}

/// What the gate knows of an access key.
#[derive(Clone, Debug)]
pub struct Key {
    pub secret_key: Secret,
    pub project: ProjectId,
    pub role: Role,
}

/// What the gate knows of a bearer token.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub access_key: Arc<str>,
    pub project: ProjectId,
    /// That of its key at this moment.
    pub role: Role,
    pub issued_at: Time,
    pub expires_at: Time,
}

/// Where and when a request is handled.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What the time is; signatures and tokens are judged by it.
    pub now: Time,
    /// The id of this call. Clients see it, and a job remembers it.
    pub request: RequestId,
    pub gate: &'a dyn Gate,
}

/// The authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub access_key: Arc<str>,
    pub project: ProjectId,
    pub role: Role,
}

impl Caller {
    /// The caller that a request signed with this key comes from.
    pub fn with_key(access_key: &str, key: &Key) -> Caller {
        Caller { access_key: access_key.into(), project: key.project, role: key.role }
    }
}

impl From<Bearer> for Caller {
    fn from(bearer: Bearer) -> Caller {
        let Bearer { access_key, project, role, issued_at: _, expires_at: _ } = bearer;
        Caller { access_key, project, role }
    }
}

/// What a request comes to, once it is understood.
pub enum Action {
    /// Known already: a refusal, or something that needs no look at the world.
    Answer(Answer),
    /// A look at the published world.
    Look(Box<dyn FnOnce(&View<'_>) -> Answer + Send>),
    /// What is asked can only be said after a look: a vendor's id to find, a shape to name.
    Consult(Box<dyn FnOnce(&View<'_>) -> Action + Send>),
    /// Arithmetic so long that it must not hold up the thread that serves others.
    Toil(Box<dyn FnOnce() -> Action + Send>),
    Order(Box<Order>),
    /// A look at the fault rules that may change them.
    Rules(Box<dyn FnOnce(&mut Book) -> Answer + Send>),
    /// For callers of this role alone, whatever it is.
    Reserved(Role, Box<Action>),
    /// An answer without an end: events as they come.
    Follow(Box<Follow>),
}

/// How a reader follows events. The server drives it: it looks up what came and sends what is made of it.
pub struct Follow {
    /// Go on after this event; absent: with what comes from now on.
    pub after: Option<u64>,
    /// Status and headers; its body stays empty.
    pub head: Answer,
    /// The bytes for some events, in order, each given once; none, if the reader wants none of them.
    pub piece: Box<Piece>,
    /// What is sent at the beginning, and whenever there was nothing else for a while: the reader has
    /// seen everything up to this event.
    pub idle: Box<dyn Fn(u64) -> Vec<u8> + Send>,
    pub refuse: Box<dyn FnOnce(Unfollowed) -> Answer + Send>,
}

/// From events to the bytes that tell of them.
pub type Piece = dyn FnMut(&[Event], &View<'_>) -> Vec<u8> + Send;

/// Why a reader cannot follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfollowed {
    /// Some of what it wants is no longer kept; the oldest event that is.
    Lost { oldest: u64 },
    /// It wants to go on after an event that never was; the newest there was.
    Ahead { newest: u64 },
    /// So many follow already that nobody else can.
    TooMany,
}

/// A command, and how its outcome becomes an answer.
pub struct Order {
    pub command: Command,
    /// Answer only when the job has ended, or after this long; else as soon as it is durable.
    pub wait_ms: Option<u32>,
    /// Makes the answer. The view is of after the commit, and after the wait if there was one.
    pub answer: Box<AnswerOrder>,
}

/// From what the core said of a command to the bytes of the answer.
pub type AnswerOrder = dyn FnOnce(&Result<Receipt, Fault>, &View<'_>) -> Answer + Send;

impl Action {
    /// Whether this caller may have it done: the one place where roles are judged, whichever dialect it
    /// was asked in. A look is for everyone who was let in, and so is an order that is only rehearsed.
    pub fn allow(&self, caller: Option<&Caller>, dry_run: bool) -> Result<(), Fault> {
        let (needed, what) = match self {
            Action::Order(order) if !dry_run && !order.command.dry_run => {
                (order.command.operation.needs(), order.command.operation.name())
            }
            Action::Rules(_) => (Role::Admin, "fault rules"),
            Action::Reserved(role, _) => (*role, "look"),
            Action::Answer(_)
            | Action::Look(_)
            | Action::Consult(_)
            | Action::Toil(_)
            | Action::Follow(_)
            | Action::Order(_) => (Role::Reader, "look"),
        };
        let role = caller.map_or(Role::Reader, |caller| caller.role);
        if role >= needed { Ok(()) } else { Err(Fault::with(FaultKind::NotAllowed, what)) }
    }

    pub fn look(look: impl FnOnce(&View<'_>) -> Answer + Send + 'static) -> Action {
        Action::Look(Box::new(look))
    }

    pub fn consult(consult: impl FnOnce(&View<'_>) -> Action + Send + 'static) -> Action {
        Action::Consult(Box::new(consult))
    }

    pub fn toil(toil: impl FnOnce() -> Action + Send + 'static) -> Action {
        Action::Toil(Box::new(toil))
    }

    pub fn rules(change: impl FnOnce(&mut Book) -> Answer + Send + 'static) -> Action {
        Action::Rules(Box::new(change))
    }

    /// An order answered as soon as it is durable.
    pub fn order(
        command: Command,
        answer: impl FnOnce(&Result<Receipt, Fault>, &View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        Action::Order(Box::new(Order { command, wait_ms: None, answer: Box::new(answer) }))
    }

    /// An order answered when its job has ended, or after `wait_ms`.
    pub fn order_and_wait(
        command: Command,
        wait_ms: u32,
        answer: impl FnOnce(&Result<Receipt, Fault>, &View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        let wait_ms = Some(wait_ms);
        Action::Order(Box::new(Order { command, wait_ms, answer: Box::new(answer) }))
    }
}

/// One cloud API.
pub trait Dialect: Sync {
    /// Its name in logs, metrics and jobs.
    fn name(&self) -> &'static str;

    /// The largest body it reads, in bytes; a larger one is answered by [`too_large`](Self::too_large).
    fn body_bytes_max(&self) -> usize;

    fn too_large(&self, context: &Context<'_>) -> Answer;

    /// Whether a request is written in it. Looks at the head alone.
    fn recognizes(&self, request: &Request<'_>) -> bool;

    /// Who is asking. `Ok(None)` for the few things that anyone may ask.
    fn authenticate(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Result<Option<Caller>, Answer>;

    /// What is asked.
    fn decode(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        caller: Option<&Caller>,
    ) -> Action;

    /// The answer to a request that is refused as a whole for what it carries beside the vendor's own
    /// words.
    fn refuse(&self, request: &Request<'_>, context: &Context<'_>, fault: &Fault) -> Answer;

    /// What is asked for, in the API's own words: an action's name where it has names, else method and
    /// path. Anyone may say anything here: nothing is judged by it.
    fn action<'a>(&self, request: &Request<'a>) -> Cow<'a, str> {
        format!("{} {}", request.method, request.path).into()
    }

    /// A refusal in words that somebody chose, in the shape in which this cloud refuses.
    fn refuse_with(&self, request: &Request<'_>, context: &Context<'_>, raw: &Raw) -> Answer;

    /// The answer to an order that was only rehearsed: every verdict, in the shape in which this cloud
    /// tells of many.
    fn rehearsed(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        rehearsal: &Rehearsal<'_>,
        view: &View<'_>,
    ) -> Answer;

    /// The answer when a request could not be handled through no fault of its own: the plane is
    /// shutting down, or something in it broke.
    fn unavailable(&self, request: &Request<'_>, context: &Context<'_>) -> Answer;
}
