//! Runs a golden's events: each request through its dialect and a real engine.

use std::sync::Arc;

use regiment_core::command::{Command, Receipt, TargetRef};
use regiment_core::engine::{Engine, Inbox, Settings};
use regiment_core::events::{Recent, Since, since};
use regiment_core::model::{Fault, FaultKind, ProjectId, RequestId, Time};
use regiment_core::ops::Operation;
use regiment_core::view::View;
use regiment_core::world::World;
use regiment_dialects::rules::Book;
use regiment_dialects::{
    ALL, Action, Answer, Caller, Carried, Context, Dialect, Follow, Order, Rehearsal, Request,
    Unfollowed,
};

use super::doubles::{ACCESS_KEY, Glass, Instant, Keeper, Memory};
use super::golden_file::{Event, Exchange, Golden, render};
use super::scene::{self, OTHER_PROJECT, PROJECT, START, Scene};

/// One exchange as it went.
pub struct Played {
    pub method: String,
    pub path: String,
    query: String,
    headers: Vec<(String, String)>,
    pub request_body: String,
    pub answer: Answer,
}

impl Played {
    /// What a request to Tencent Cloud says of itself, in a header or a parameter.
    pub fn said(&self, name: &str) -> String {
        let header = format!("x-tc-{}", name.to_ascii_lowercase());
        let in_header = self.headers.iter().find(|(given, _)| *given == header);
        let text = if self.method == "POST" { &self.request_body } else { &self.query };
        let in_form = || text.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        in_header.map(|(_, value)| &**value).or_else(in_form).unwrap_or_default().to_owned()
    }

    pub fn text(&self) -> String {
        render(&self.answer)
    }
}

/// Plays a golden from its beginning. The same golden gives the same answers each time.
pub fn play(dialect: &str, golden: &Golden) -> Result<Vec<Played>, String> {
    let scene = Scene::read(&golden.given)?;
    let mut plane = Plane::open(scene);
    let mut played = Vec::new();
    for event in &golden.events {
        match event {
            Event::Settle => plane.settle(),
            Event::Wait(ms) => plane.wait(*ms),
            Event::Archive => plane.turn(Vec::new(), true),
            Event::Other => plane.swap_caller(),
            Event::Exchange(exchange) => {
                let answer = plane.exchange(dialect, exchange)?;
                played.push(Played {
                    method: exchange.method.clone(),
                    path: exchange.path.clone(),
                    query: exchange.query.clone(),
                    headers: exchange.headers.clone(),
                    request_body: exchange.body.clone(),
                    answer,
                });
            }
        }
    }
    let wrong = plane.engine.world().check_invariants();
    if wrong.is_empty() { Ok(played) } else { Err(wrong.join("; ")) }
}

pub struct Plane {
    engine: Engine,
    recent: Recent,
    keeper: Keeper,
    now: Time,
    authenticates: bool,
    throttled: bool,
    /// What goes wrong on purpose: told and listed here, met nowhere.
    book: Book,
    /// Whose key holder asks where none proves who it is.
    caller: ProjectId,
    requests: u128,
    replies: Vec<Result<Receipt, Fault>>,
}

impl Plane {
    pub fn open(scene: Scene) -> Plane {
        let Scene { changes, mishaps, classics, authenticates, role, throttled } = scene;
        let driver = Instant::new(mishaps);
        let store = Box::new(Memory::default());
        let settings = Settings::default();
        let mut engine = Engine::open(store, Box::new(driver), Arc::new(Glass), settings, 7, START)
            .expect("an empty store opens");
        let inbox: Inbox<()> = Inbox { seeds: changes, ..Inbox::new() };
        engine.turn(START, inbox).expect("a store in memory takes everything");
        let mut keeper = Keeper::new(PROJECT, START);
        keeper.role = role;
        let replies = Vec::new();
        // What a scene is made of happened before anyone looked.
        let recent = Recent::new(engine.world().next_event());
        let (now, caller, requests) = (START, PROJECT, 0);
        let mut plane = Plane {
            engine,
            recent,
            keeper,
            now,
            authenticates,
            throttled,
            book: Book::new(1),
            caller,
            requests,
            replies,
        };
        classics.into_iter().for_each(|name| plane.make_classic(name));
        plane
    }

    fn make_classic(&mut self, name: Arc<str>) {
        let front = self.does(scene::classic(name), Vec::new());
        let target = front.balancers().next().map(TargetRef::Balancer);
        self.does(scene::classic_listener(), target.into_iter().collect());
    }

    /// What was ordered before the golden begins.
    fn does(&mut self, operation: Operation, targets: Vec<TargetRef>) -> Receipt {
        let id = RequestId(0);
        let command = Command::new(PROJECT, ACCESS_KEY.into(), "scene", id, operation, targets);
        self.turn(vec![((), command)], false);
        self.settle();
        self.replies.pop().expect("every command has a reply").expect("a scene is possible")
    }

    pub fn world(&self) -> &World {
        self.engine.world()
    }

    pub fn wait(&mut self, ms: i64) {
        self.now = self.now.after_ms(ms);
    }

    fn swap_caller(&mut self) {
        self.caller = if self.caller == PROJECT { OTHER_PROJECT } else { PROJECT };
    }

    pub fn turn(&mut self, commands: Vec<((), Command)>, checkpoint: bool) {
        let inbox = Inbox { commands, checkpoint, ..Inbox::new() };
        let turn = self.engine.turn(self.now, inbox).expect("a store in memory takes everything");
        self.recent.push(self.engine.world().next_event(), turn.changes);
        self.replies.extend(turn.replies.into_iter().map(|((), reply)| reply));
    }

    /// Turns until nothing happens any more.
    pub fn settle(&mut self) {
        let mut before = None;
        loop {
            let counts: Vec<_> = self
                .engine
                .world()
                .jobs_in_flight()
                .map(|job| (job.id, job.subs.clone()))
                .collect();
            if counts.is_empty() || before.as_ref() == Some(&counts) {
                return;
            }
            self.turn(Vec::new(), false);
            before = Some(counts);
        }
    }

    pub fn exchange(&mut self, name: &str, exchange: &Exchange) -> Result<Answer, String> {
        let request = Request {
            method: &exchange.method,
            path: &exchange.path,
            query: &exchange.query,
            headers: &exchange.headers,
            body: exchange.body.as_bytes(),
            tls: false,
        };
        let dialect = *ALL
            .iter()
            .find(|dialect| dialect.recognizes(&request))
            .ok_or("no dialect takes the request")?;
        if dialect.name() != name {
            return Err(format!("the request is taken by {}", dialect.name()));
        }
        self.requests += 1;
        let id = RequestId(0x5e0f_0000_0000_0000_0000_0000_0000_0000 + self.requests);
        let (action, carried, caller) = match self.begin(dialect, &request, id) {
            Ok(begun) => begun,
            Err(answer) => return Ok(answer),
        };
        let action = self.consulted(action);
        if let Err(fault) = action.allow(caller.as_ref(), carried.dry_run) {
            let context = Context { now: self.now, request: id, gate: &self.keeper };
            return Ok(dialect.refuse(&request, &context, &fault));
        }
        Ok(match action {
            Action::Order(order) if carried.dry_run => {
                self.rehearse(dialect, &request, id, &carried, *order)
            }
            Action::Order(mut order) => {
                carried.onto(&mut order.command);
                self.act(Action::Order(order))
            }
            action => self.act(action),
        })
    }

    /// An order judged and no more, as the server does it.
    fn rehearse(
        &mut self,
        dialect: &dyn Dialect,
        request: &Request<'_>,
        id: RequestId,
        carried: &Carried,
        order: Order,
    ) -> Answer {
        let Order { mut command, wait_ms: _, answer: _ } = order;
        carried.onto(&mut command);
        let targets = command.targets.clone();
        self.turn(vec![((), command)], false);
        let outcome = self.replies.pop().expect("every command has a reply");
        let rehearsal = Rehearsal { targets: &targets, outcome: &outcome };
        let context = Context { now: self.now, request: id, gate: &self.keeper };
        self.look(|view| dialect.rehearsed(request, &context, &rehearsal, view))
    }

    /// What an action comes to once it has looked and reckoned.
    fn consulted(&self, action: Action) -> Action {
        match action {
            Action::Consult(consult) => self.consulted(self.look(consult)),
            Action::Toil(toil) => self.consulted(toil()),
            Action::Answer(_)
            | Action::Look(_)
            | Action::Order(_)
            | Action::Rules(_)
            | Action::Follow(_)
            | Action::Reserved(..) => action,
        }
    }

    fn begin(
        &self,
        dialect: &dyn Dialect,
        request: &Request<'_>,
        id: RequestId,
    ) -> Result<(Action, Carried, Option<Caller>), Answer> {
        let context = Context { now: self.now, request: id, gate: &self.keeper };
        let caller = if self.authenticates {
            dialect.authenticate(request, &context)?
        } else {
            let (role, project) = (self.keeper.role, self.caller);
            Some(Caller { access_key: ACCESS_KEY.into(), project, role })
        };
        if self.throttled {
            let fault = Fault::with(FaultKind::Throttled, "limit:10,time:1 second");
            return Err(dialect.refuse(request, &context, &fault));
        }
        let carried = Carried::read(request, self.now)
            .map_err(|fault| dialect.refuse(request, &context, &fault))?;
        Ok((dialect.decode(request, &context, caller.as_ref()), carried, caller))
    }

    fn act(&mut self, action: Action) -> Answer {
        match action {
            Action::Answer(answer) => answer,
            Action::Look(look) => self.look(look),
            Action::Consult(consult) => {
                let action = self.look(consult);
                self.act(action)
            }
            Action::Toil(toil) => self.act(toil()),
            Action::Rules(change) => change(&mut self.book),
            Action::Reserved(_, action) => self.act(*action),
            Action::Order(order) => {
                let Order { command, wait_ms, answer } = *order;
                self.turn(vec![((), command)], false);
                if wait_ms.is_some() {
                    self.settle();
                }
                let reply = self.replies.pop().expect("every command has a reply");
                self.look(|view| answer(&reply, view))
            }
            Action::Follow(follow) => self.follow(*follow),
        }
    }

    /// What a reader gets that comes now and leaves when it has seen all there is.
    fn follow(&self, follow: Follow) -> Answer {
        let Follow { after, head, mut piece, idle, refuse } = follow;
        let next = after.map_or(self.recent.next(), |after| after + 1);
        match since(|| &self.recent, next, usize::MAX) {
            Since::Lost { oldest } => refuse(Unfollowed::Lost { oldest }),
            Since::Ahead { next } => refuse(Unfollowed::Ahead { newest: next - 1 }),
            Since::Events(events) => {
                let made = self.look(|view| piece(&events, view));
                Answer { body: [idle(next - 1), made].concat(), ..head }
            }
        }
    }

    fn look<T>(&self, look: impl FnOnce(&View<'_>) -> T) -> T {
        let archive = self.engine.archive();
        let machines = self.engine.machines();
        look(&View::new(self.engine.world(), &*archive, &*machines, self.now))
    }
}
