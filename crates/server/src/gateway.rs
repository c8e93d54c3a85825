//! The path of one request: recognize, authenticate, decode, and then whatever the action says.
//!
//! Nothing here knows a vendor's word, and nothing here panics outward: a defect in a dialect
//! becomes that dialect's `unavailable`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::Incoming;
use parking_lot::Mutex;
use regiment_core::command::{Receipt, TargetRef};
use regiment_core::model::{Fault, FaultKind, ProjectId, RequestId, Server};
use regiment_dialects::rates::Meter;
use regiment_dialects::rules::{Effect, Failure, Met, Named, Stage};
use regiment_dialects::{
    Action, Answer, Caller, Carried, Context, Dialect, Gate, Order, Rehearsal, Request,
};

use tokio::sync::{Semaphore, mpsc};

use crate::body::{BodyError, Room};
use crate::clock::Clock;
use crate::closing::Closing;
use crate::engine_thread::{EngineHandle, Pending};
use crate::keyring::Keyring;
use crate::metrics::Metrics;
use crate::mishaps::{Mishaps, Passage, Way};
use crate::published::Published;
use crate::streams::Streams;

/// How often an action may lead to another. None needs more than two.
const CONSULTS_MAX: usize = 8;

/// Pieces of long arithmetic at a time: the rest of the machine is for those who ask for less.
pub const TOILS_MAX: usize = 1;

/// What handles requests, shared by all connections.
pub struct Gateway {
    pub dialects: &'static [&'static dyn Dialect],
    pub keyring: Arc<Keyring>,
    pub published: Arc<Published>,
    pub engine: EngineHandle,
    pub clock: Arc<dyn Clock>,
    pub metrics: Arc<Metrics>,
    pub room: Room,
    pub body_timeout: Duration,
    pub closing: Closing,
    /// One permit for each piece of long arithmetic that may be done at a time.
    pub toils: Semaphore,
    /// What goes wrong on purpose.
    pub mishaps: Arc<Mishaps>,
    /// How often everybody has asked, where that is limited.
    pub meter: Option<Mutex<Meter>>,
    pub streams: Streams,
}

/// The head of a request, as plain data.
pub struct Head {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub tls: bool,
}

impl Head {
    fn request<'a>(&'a self, body: &'a [u8]) -> Request<'a> {
        let Head { method, path, query, headers, tls } = self;
        Request { method, path, query, headers, body, tls: *tls }
    }
}

/// What is sent back.
pub struct Reply {
    pub answer: Answer,
    /// The pieces of a body that has no end yet, in place of the answer's own.
    pub pieces: Option<mpsc::Receiver<Bytes>>,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Reply {
        Reply { answer, pieces: None }
    }
}

/// An answer, and the word its request is counted under.
struct Done {
    answer: Answer,
    pieces: Option<mpsc::Receiver<Bytes>>,
    operation: &'static str,
}

impl Done {
    const fn whole(answer: Answer, operation: &'static str) -> Done {
        Done { answer, pieces: None, operation }
    }
}

impl Gateway {
    pub async fn handle(&self, head: &Head, body: Incoming) -> Reply {
        let began = Instant::now();
        let request = RequestId(random_u128());
        let now = self.clock.now();
        let context = Context { now, request, gate: &*self.keyring as &dyn Gate };
        let found = self.guard(request, || {
            self.dialects.iter().find(|dialect| dialect.recognizes(&head.request(&[])))
        });
        let Some(Some(&dialect)) = found else {
            self.metrics.request("none", "none", 404, began.elapsed());
            let text = "no API here answers this\n";
            return Answer::new(404, "text/plain; charset=utf-8", text).into();
        };
        let done = match self.room.read(body, dialect.body_bytes_max(), self.body_timeout).await {
            Ok(read) => self.act(dialect, &head.request(&read.bytes), &context).await,
            Err(error) => {
                let answer = self.body_refusal(dialect, error, head, &context);
                Done::whole(answer, "none")
            }
        };
        let took = began.elapsed();
        self.metrics.request(dialect.name(), done.operation, done.answer.status, took);
        log(dialect, head, request, &done, took);
        Reply { answer: done.answer, pieces: done.pieces }
    }

    fn body_refusal(
        &self,
        dialect: &dyn Dialect,
        error: BodyError,
        head: &Head,
        context: &Context<'_>,
    ) -> Answer {
        let answer = match error {
            BodyError::TooLarge => self.guard(context.request, || dialect.too_large(context)),
            BodyError::NoRoom => Some(self.unavailable(dialect, &head.request(&[]), context)),
            BodyError::TooSlow => Some(Answer::empty(408)),
            BodyError::Broken => Some(Answer::empty(400)),
        };
        let answer = answer.unwrap_or_else(|| Answer::empty(503));
        // What is left of the body is not worth reading.
        answer.with_header("connection", "close")
    }

    async fn act(
        &self,
        dialect: &dyn Dialect,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Done {
        let understood = self.guard(context.request, || understand(dialect, request, context));
        let Some(Understood { action, carried, caller }) = understood else {
            return Done::whole(self.unavailable(dialect, request, context), "none");
        };
        if let Some(answer) = self.throttled(dialect, request, context, caller.as_ref()) {
            return Done::whole(answer, "throttled");
        }
        let action = match self
            .resolve(dialect, request, context, &carried, action, caller.as_ref())
            .await
        {
            Ok(action) => action,
            Err(done) => return done,
        };
        if !self.mishaps.any() {
            return self.carry_out(dialect, request, context, &carried, action).await;
        }
        let passage = Passage {
            dialect,
            request,
            context,
            action: &dialect.action(request),
            operation: match &action {
                Action::Order(order) => Some(order.command.operation.name()),
                _ => None,
            },
            project: caller.map(|caller| caller.project),
        };
        self.carry_out_or_not(&passage, &carried, action).await
    }

    /// The refusal of a call that comes too soon after others of its project.
    fn throttled(
        &self,
        dialect: &dyn Dialect,
        request: &Request<'_>,
        context: &Context<'_>,
        caller: Option<&Caller>,
    ) -> Option<Answer> {
        let (meter, caller) = self.meter.as_ref().zip(caller)?;
        let action = dialect.action(request);
        let taken = meter.lock().take(dialect.name(), &action, caller.project, context.now);
        let fault = Fault::with(FaultKind::Throttled, taken.err()?.told());
        self.guard(context.request, || dialect.refuse(request, context, &fault))
    }

    /// Follows an action to one that leads to no other, as far as the caller may go.
    async fn resolve(
        &self,
        dialect: &dyn Dialect,
        request: &Request<'_>,
        context: &Context<'_>,
        carried: &Carried,
        action: Action,
        caller: Option<&Caller>,
    ) -> Result<Action, Done> {
        let mut action = Some(action);
        for _ in 0..CONSULTS_MAX {
            let Some(one) = action else { break };
            if let Err(fault) = one.allow(caller, carried.dry_run) {
                let refused =
                    self.guard(context.request, || dialect.refuse(request, context, &fault));
                let answer = refused.unwrap_or_else(|| self.unavailable(dialect, request, context));
                return Err(Done::whole(answer, "refused"));
            }
            action = match one {
                Action::Reserved(_, action) => Some(*action),
                Action::Consult(consult) => {
                    self.guard(context.request, || self.published.look(consult))
                }
                Action::Toil(toil) => self.toil(toil, context.request).await,
                Action::Answer(_)
                | Action::Look(_)
                | Action::Order(_)
                | Action::Follow(_)
                | Action::Rules(_) => {
                    return Ok(one);
                }
            };
        }
        Err(Done::whole(self.unavailable(dialect, request, context), "none"))
    }

    async fn carry_out(
        &self,
        dialect: &dyn Dialect,
        request: &Request<'_>,
        context: &Context<'_>,
        carried: &Carried,
        action: Action,
    ) -> Done {
        let (answer, operation) = match action {
            Action::Answer(answer) => (Some(answer), "answer"),
            Action::Look(look) => {
                (self.guard(context.request, || self.published.look(look)), "look")
            }
            Action::Order(order) => {
                let operation = order.command.operation.name();
                let answer = if carried.dry_run {
                    self.rehearse(dialect, request, context, carried, *order).await
                } else {
                    self.order(*order, carried, context.request).await
                };
                (answer, operation)
            }
            Action::Rules(change) => {
                (self.guard(context.request, || self.mishaps.change(change)), "rules")
            }
            Action::Follow(follow) => {
                let begun = self.guard(context.request, || self.streams.begin(*follow));
                let (answer, pieces) =
                    begun.unwrap_or_else(|| (self.unavailable(dialect, request, context), None));
                return Done { answer, pieces, operation: "follow" };
            }
            Action::Consult(_) | Action::Toil(_) | Action::Reserved(..) => (None, "none"),
        };
        let answer = answer.unwrap_or_else(|| self.unavailable(dialect, request, context));
        Done::whole(answer, operation)
    }

    /// The same where something may go wrong on purpose.
    async fn carry_out_or_not(
        &self,
        passage: &Passage<'_>,
        carried: &Carried,
        mut action: Action,
    ) -> Done {
        let Passage { dialect, request, context, operation, .. } = *passage;
        if let Action::Rules(_) = action {
            // Who could take a rule away that meets this?
            return self.carry_out(dialect, request, context, carried, action).await;
        }
        let ended = |answer| Done::whole(answer, operation.unwrap_or("none"));
        if let Way::Ends(answer) = self.enter(Stage::Request, passage, &mut action).await {
            return ended(answer);
        }
        if let Way::Ends(answer) = self.enter(Stage::Admit, passage, &mut action).await {
            return ended(answer);
        }
        let targets = match &action {
            Action::Order(order) => order.command.targets.clone(),
            _ => Vec::new(),
        };
        let done = self.carry_out(dialect, request, context, carried, action).await;
        let met = self.meet(Stage::Reply, passage, &targets);
        let Some(met) = met else { return done };
        let answer = self.mishaps.after(met, passage, done.answer, &self.closing).await;
        Done { answer, ..done }
    }

    /// What a request meets before anything is done for it. A fault by name at `admit` befalls each
    /// server that it fits, and the order goes on with the others.
    async fn enter(&self, stage: Stage, passage: &Passage<'_>, action: &mut Action) -> Way {
        let command = match action {
            Action::Order(order) => Some(&mut order.command),
            _ => None,
        };
        let met = match (stage, command) {
            (Stage::Admit, None) => None,
            (Stage::Admit, Some(command)) if !command.targets.is_empty() => {
                let targets = command.targets.clone();
                let met = self.published.look(|view| {
                    let mut met = Vec::new();
                    for (place, target) in targets.iter().enumerate() {
                        let server = view.world.named(command.project, target);
                        if let Some(one) = self.mishaps.meet_at(stage, passage, server.as_slice()) {
                            met.push((place, one));
                        }
                    }
                    met
                });
                let mut whole = None;
                for (place, one) in met {
                    match one.effect {
                        Effect::Fail(Failure::Named(Named(kind))) => {
                            command.refused.push((place, kind.into()));
                        }
                        _ => {
                            whole.get_or_insert(one);
                        }
                    }
                }
                whole
            }
            (_, Some(command)) => {
                let targets = command.targets.clone();
                self.meet(stage, passage, &targets)
            }
            (_, None) => self.meet(stage, passage, &[]),
        };
        match met {
            Some(met) => self.mishaps.before(met, passage, &self.closing).await,
            None => Way::On,
        }
    }

    fn meet(&self, stage: Stage, passage: &Passage<'_>, targets: &[TargetRef]) -> Option<Met> {
        self.published.look(|view| {
            let project = passage.project.unwrap_or(ProjectId(0));
            let named = targets.iter().filter_map(|target| view.world.named(project, target));
            let servers: Vec<&Server> = named.collect();
            self.mishaps.meet_at(stage, passage, &servers)
        })
    }

    /// Does long arithmetic where it holds up nobody, and not too much of it at once.
    async fn toil(
        &self,
        toil: Box<dyn FnOnce() -> Action + Send>,
        request: RequestId,
    ) -> Option<Action> {
        let turn = self.toils.acquire().await.ok()?;
        let done = tokio::task::spawn_blocking(move || catch_unwind(AssertUnwindSafe(toil))).await;
        drop(turn);
        self.guard(request, || done.ok().and_then(Result::ok).expect("it was done to its end"))
    }

    /// Sends the command on its way and makes the answer when it is time. Nothing, when the engine
    /// takes no more or the dialect broke.
    async fn order(&self, order: Order, carried: &Carried, request: RequestId) -> Option<Answer> {
        let Order { mut command, wait_ms, answer } = order;
        carried.onto(&mut command);
        let Pending { reply, ended } = self.engine.submit(command, wait_ms.is_some()).ok()?;
        let outcome = reply.await.ok()?;
        if let (Ok(Receipt { job: Some(_), answers: _, made: _ }), Some(ended), Some(ms)) =
            (&outcome, ended, wait_ms)
        {
            let mut closing = self.closing.clone();
            tokio::select! {
                // An error too means that there is nothing to wait for.
                _ = ended => {}
                () = tokio::time::sleep(Duration::from_millis(ms.into())) => {}
                () = closing.begun() => {}
            }
        }
        self.guard(request, || self.published.look(|view| answer(&outcome, view)))
    }

    /// Has the command judged and nothing else, and tells the verdicts.
    async fn rehearse(
        &self,
        dialect: &dyn Dialect,
        request: &Request<'_>,
        context: &Context<'_>,
        carried: &Carried,
        order: Order,
    ) -> Option<Answer> {
        let Order { mut command, wait_ms: _, answer: _ } = order;
        carried.onto(&mut command);
        let targets = command.targets.clone();
        let outcome = self.engine.submit(command, false).ok()?.reply.await.ok()?;
        let rehearsal = Rehearsal { targets: &targets, outcome: &outcome };
        self.guard(context.request, || {
            self.published.look(|view| dialect.rehearsed(request, context, &rehearsal, view))
        })
    }

    fn unavailable(
        &self,
        dialect: &dyn Dialect,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Answer {
        self.guard(context.request, || dialect.unavailable(request, context))
            .unwrap_or_else(|| Answer::empty(503))
    }

    /// Runs a piece of a dialect. A panic in it is ours to log and nobody else's to see.
    fn guard<T>(&self, request: RequestId, piece: impl FnOnce() -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(piece)) {
            Ok(made) => Some(made),
            Err(_) => {
                self.metrics.panics.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                tracing::error!(request = %request, "a request met a defect of ours");
                None
            }
        }
    }
}

/// What is asked, what is to be heeded beside it if that is an order, and by whom.
struct Understood {
    action: Action,
    carried: Carried,
    caller: Option<Caller>,
}

fn understand(dialect: &dyn Dialect, request: &Request<'_>, context: &Context<'_>) -> Understood {
    let refused = |answer, caller| {
        let (action, carried) = (Action::Answer(answer), Carried::default());
        Understood { action, carried, caller }
    };
    let caller = match dialect.authenticate(request, context) {
        Ok(caller) => caller,
        Err(answer) => return refused(answer, None),
    };
    match Carried::read(request, context.now) {
        Ok(carried) => {
            let action = dialect.decode(request, context, caller.as_ref());
            Understood { action, carried, caller }
        }
        Err(fault) => refused(dialect.refuse(request, context, &fault), caller),
    }
}

/// One line for each request. The query is left out, since some vendors sign and even name
/// passwords there.
fn log(dialect: &dyn Dialect, head: &Head, request: RequestId, done: &Done, took: Duration) {
    let Done { answer, pieces: _, operation } = done;
    let (dialect, status, took_us) = (dialect.name(), answer.status, took.as_micros());
    let (method, path) = (head.method.as_str(), head.path.as_str());
    match &answer.code {
        Some(code) => {
            tracing::info!(%request, dialect, operation, method, path, status, code = &**code, took_us, "refused");
        }
        None => {
            tracing::debug!(%request, dialect, operation, method, path, status, took_us, "answered");
        }
    }
}

fn random_u128() -> u128 {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    u128::from_be_bytes(bytes)
}
