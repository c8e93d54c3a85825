//! The one thread that owns the engine. It takes what waits in its inbox, has one turn, shows the
//! changes to readers, and only then gives the replies.
//!
//! While it commits, requests queue; the next turn takes them all. When it is not known what the
//! disk says, the process ends without a reply to anybody.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use regiment_core::apply::Change;
use regiment_core::command::{Command, Receipt};
use regiment_core::engine::{Engine, Inbox, Turn};
use regiment_core::model::{Fault, Image, JobId, Time};
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::events::Events;
use crate::keyring::Keyring;
use crate::metrics::Metrics;
use crate::published::Published;
use crate::seed;

/// Messages that may wait. More than there can be connections, each of which has one at most.
const INBOX_MAX: usize = 16_384;
/// Where a turn stops taking more: a commit of this size is still a matter of milliseconds.
const TURN_COMMANDS_MAX: usize = 4_096;
const TURN_TARGETS_MAX: usize = 200_000;
/// How often the thread looks up even if nothing is due.
const NAP_MAX: Duration = Duration::from_secs(10);

/// How long a turn that has only reports to commit waits for the callers just answered to come
/// again. Without it every wave of orders costs two syncs, one for the orders and one for what
/// became of them; with it the second shares the first of the next wave. Far below one sync, and
/// far above what a caller nearby needs to read an answer and to send the next order.
const LINGER: Duration = Duration::from_micros(300);

/// The exit status when the store failed: `EX_SOFTWARE`.
pub const EXIT_STORE_FAILED: i32 = 70;

/// Where a reply goes.
#[derive(Debug)]
struct Ticket {
    reply: oneshot::Sender<Result<Receipt, Fault>>,
    /// Told when the job has ended.
    ended: Option<oneshot::Sender<()>>,
}

enum Message {
    Order(Box<(Ticket, Command)>),
    /// Answered by the next turn.
    Ping(oneshot::Sender<()>),
    /// What servers can be made from, as far as that is not known yet.
    Offer(Vec<Image>),
    /// The driver has something to collect.
    Wake,
    Stop,
}

/// The engine is stopping, or has more to do than it can remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

/// A command on its way. Dropping it does not take the command back.
pub struct Pending {
    pub reply: oneshot::Receiver<Result<Receipt, Fault>>,
    /// Resolves when the job has ended, if that was asked for.
    pub ended: Option<oneshot::Receiver<()>>,
}

/// How others speak to the engine's thread.
#[derive(Clone)]
pub struct EngineHandle {
    inbox: Arc<SyncSender<Message>>,
}

impl EngineHandle {
    pub fn submit(&self, command: Command, tell_end: bool) -> Result<Pending, Unavailable> {
        let (reply, reply_waits) = oneshot::channel();
        let (ended, ended_waits) = if tell_end {
            let (ended, waits) = oneshot::channel();
            (Some(ended), Some(waits))
        } else {
            (None, None)
        };
        let message = Message::Order(Box::new((Ticket { reply, ended }, command)));
        self.inbox.try_send(message).map_err(|_| Unavailable)?;
        Ok(Pending { reply: reply_waits, ended: ended_waits })
    }

    /// Resolves when the thread has had a turn.
    pub fn ping(&self) -> Result<oneshot::Receiver<()>, Unavailable> {
        let (pong, waits) = oneshot::channel();
        self.inbox.try_send(Message::Ping(pong)).map_err(|_| Unavailable)?;
        Ok(waits)
    }

    /// Has images in the catalog from the next turn on.
    pub fn offer(&self, images: Vec<Image>) -> Result<(), Unavailable> {
        self.inbox.try_send(Message::Offer(images)).map_err(|_| Unavailable)
    }

    /// Asks for one last turn with a checkpoint, after which the thread ends.
    pub fn stop(&self) {
        // An error means that it has ended already.
        let _ = self.inbox.send(Message::Stop);
    }
}

/// What the thread works with.
pub struct Parts {
    pub engine: Engine,
    pub keyring: Arc<Keyring>,
    pub published: Arc<Published>,
    pub events: Arc<Events>,
    pub metrics: Arc<Metrics>,
    pub clock: Arc<dyn Clock>,
    /// What to do when the store failed. Does not return in a real process.
    pub on_failure: fn(),
}

/// Ends the process: the disk is the truth, and a new start reads it.
pub fn exit_process() {
    std::process::exit(EXIT_STORE_FAILED);
}

/// Starts the thread.
pub fn spawn(parts: Parts) -> std::io::Result<(EngineHandle, JoinHandle<()>)> {
    let (inbox, messages) = sync_channel(INBOX_MAX);
    let inbox = Arc::new(inbox);
    let Parts { mut engine, keyring, published, events, metrics, clock, on_failure } = parts;
    // Not kept alive by the driver: the thread ends once nobody is left who could order anything.
    let to_wake = Arc::downgrade(&inbox);
    engine.wake_by(Arc::new(move || {
        if let Some(inbox) = to_wake.upgrade() {
            // A full inbox means a turn is coming anyway.
            let _ = inbox.try_send(Message::Wake);
        }
    }));
    let last_now = clock.now();
    let thread = EngineThread {
        engine,
        keyring,
        messages,
        published,
        events,
        metrics,
        clock,
        on_failure,
        last_now,
        waiters: HashMap::new(),
        tickets: Vec::new(),
        pings: Vec::new(),
        answered: 0,
        stopping: false,
    };
    let join = std::thread::Builder::new().name("engine".to_owned()).spawn(move || thread.run())?;
    Ok((EngineHandle { inbox }, join))
}

struct EngineThread {
    engine: Engine,
    keyring: Arc<Keyring>,
    messages: Receiver<Message>,
    published: Arc<Published>,
    events: Arc<Events>,
    metrics: Arc<Metrics>,
    clock: Arc<dyn Clock>,
    on_failure: fn(),
    last_now: Time,
    waiters: HashMap<JobId, Vec<oneshot::Sender<()>>>,
    /// Of the present turn's commands. Kept here, so that a turn that fails drops none: whoever
    /// waits would take that for a refusal.
    tickets: Vec<Option<Ticket>>,
    pings: Vec<oneshot::Sender<()>>,
    /// How many callers the last turn answered: as many may be back in a moment.
    answered: usize,
    stopping: bool,
}

impl EngineThread {
    fn run(mut self) {
        while !self.stopping {
            let inbox = self.gather();
            let now = self.now();
            let commands = inbox.commands.len();
            let began = Instant::now();
            let turn = catch_unwind(AssertUnwindSafe(|| self.engine.turn(now, inbox)));
            match turn {
                Ok(Ok(turn)) => {
                    self.metrics.turn(commands, turn.begun, began.elapsed());
                    self.publish(turn);
                }
                Ok(Err(error)) => return self.fail(&format!("the store failed: {error}")),
                Err(_) => return self.fail("the engine broke one of its own rules"),
            }
        }
    }

    /// Time does not go back, whatever the machine's clock does.
    fn now(&mut self) -> Time {
        self.last_now = self.last_now.max(self.clock.now());
        self.last_now
    }

    /// Waits until there is something to do, and takes all of it, up to a turn's bound.
    fn gather(&mut self) -> Inbox<usize> {
        let mut inbox = Inbox::new();
        let mut targets = 0;
        let nap = match self.engine.next_due() {
            Some(due) => {
                let ms = due.ms_since(self.now()).max(0);
                Duration::from_millis(ms.unsigned_abs()).min(NAP_MAX)
            }
            None => NAP_MAX,
        };
        let linger = (nap.is_zero() && self.answered > 0).then(|| Instant::now() + LINGER);
        let expected = std::mem::take(&mut self.answered);
        let mut next = if nap.is_zero() {
            self.next_within(linger)
        } else {
            let received = self.messages.recv_timeout(nap);
            received.map_err(|error| error == RecvTimeoutError::Disconnected)
        };
        loop {
            match next {
                Ok(Message::Order(order)) => {
                    let (ticket, command) = *order;
                    targets += command.targets.len();
                    inbox.commands.push((self.tickets.len(), command));
                    self.tickets.push(Some(ticket));
                }
                Ok(Message::Ping(pong)) => self.pings.push(pong),
                Ok(Message::Offer(images)) => {
                    inbox.seeds.extend(seed::new_images(self.engine.world(), &images));
                }
                Ok(Message::Wake) => {}
                Ok(Message::Stop) | Err(true) => {
                    self.stopping = true;
                    inbox.checkpoint = true;
                }
                Err(false) => return inbox,
            }
            if inbox.commands.len() >= TURN_COMMANDS_MAX || targets >= TURN_TARGETS_MAX {
                return inbox;
            }
            let linger = linger.filter(|_| inbox.commands.len() < expected && !self.stopping);
            // Once nobody can ask any more, there is one last turn.
            next = self.next_within(linger).map_err(|ended| ended && !self.stopping);
        }
    }

    /// The next message, waiting for it until then. An error says whether nobody is left to send.
    fn next_within(&self, until: Option<Instant>) -> Result<Message, bool> {
        let left = until.map_or(Duration::ZERO, |until| until.duration_since(Instant::now()));
        if left.is_zero() {
            return self.messages.try_recv().map_err(|error| error == TryRecvError::Disconnected);
        }
        let received = self.messages.recv_timeout(left);
        received.map_err(|error| error == RecvTimeoutError::Disconnected)
    }

    fn publish(&mut self, turn: Turn<usize>) {
        let Turn { replies, changes, first_event, ended, begun: _ } = turn;
        let next_event = if changes.is_empty() {
            first_event
        } else {
            let mut world = self.published.world_mut();
            let mut uncounted = ended.as_slice();
            for change in &changes {
                self.keyring.heed(change);
                if matches!(change, Change::JobsArchived(_)) {
                    self.count_ended(std::mem::take(&mut uncounted), &world);
                }
                world.apply(change);
            }
            self.count_ended(uncounted, &world);
            world.next_event()
        };
        self.metrics.in_flight(self.engine.world().sub_jobs_in_flight());
        self.events.push(next_event, changes);
        let mut tickets = std::mem::take(&mut self.tickets);
        self.answered = replies.len();
        for (number, reply) in replies {
            let Some(ticket) = tickets[number].take() else { continue };
            if let Some(waiter) = ticket.ended {
                self.wait_for_end(&reply, waiter);
            }
            // Whoever hung up needs no reply.
            let _ = ticket.reply.send(reply);
        }
        for job in ended {
            for waiter in self.waiters.remove(&job).unwrap_or_default() {
                let _ = waiter.send(());
            }
        }
        for pong in self.pings.drain(..) {
            let _ = pong.send(());
        }
    }

    fn count_ended(&self, ended: &[JobId], world: &regiment_core::world::World) {
        for job in ended.iter().filter_map(|id| world.job(*id)) {
            self.metrics.job_ended(job.operation.name(), job.outcome());
        }
    }

    /// A waiter that is dropped has been told.
    fn wait_for_end(&mut self, reply: &Result<Receipt, Fault>, waiter: oneshot::Sender<()>) {
        let Ok(Receipt { job: Some(id), answers: _, made: _ }) = reply else { return };
        let runs = self.engine.world().job(*id).is_some_and(|job| !job.tally.ended());
        if runs {
            let waiters = self.waiters.entry(*id).or_default();
            waiters.retain(|waiter| !waiter.is_closed());
            waiters.push(waiter);
        }
    }

    fn fail(self, why: &str) {
        tracing::error!("{why}; stopping, since what was accepted is only known by the disk");
        (self.on_failure)();
        std::mem::forget(self);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use regiment_core::engine::Settings;
    use regiment_core::events::Recent;
    use regiment_core::model::{Hints, ProjectId, Reach, RequestId};
    use regiment_core::ops::{CreateLoadBalancers, Operation};
    use regiment_core::store::{Archive, Batch, Store, StoreError, Swept, Visit};
    use regiment_drivers::sim::{SimConfig, SimDriver};
    use regiment_stores::MemoryStore;

    use super::*;
    use crate::clock::RealClock;
    use crate::vault::KeyVault;

    /// A disk that is full, or goes away in the middle of a write.
    struct Broken {
        store: MemoryStore,
        panics: bool,
    }

    impl Store for Broken {
        fn load(&mut self, visit: &mut Visit<'_>) -> Result<(), StoreError> {
            self.store.load(visit)
        }

        fn commit(&mut self, _batch: Batch) -> Result<(), StoreError> {
            assert!(!self.panics, "as ordered");
            Err(StoreError::Io("no space left".to_owned()))
        }

        fn archive(&self) -> Arc<dyn Archive> {
            self.store.archive()
        }

        fn sweep(
            &mut self,
            rows_max: usize,
            judge: &mut dyn FnMut(&[u8]) -> Swept,
        ) -> Result<usize, StoreError> {
            self.store.sweep(rows_max, judge)
        }
    }

    fn thread_on(store: impl Store + 'static, on_failure: fn()) -> (EngineHandle, JoinHandle<()>) {
        let driver = Box::new(SimDriver::new(SimConfig::for_zones(["a"])));
        let vault = Arc::new(KeyVault::ephemeral());
        let clock = Arc::new(RealClock);
        let now = clock.now();
        let settings = Settings::default();
        let keyring = Arc::new(Keyring::new(vault.clone(), clock.clone()));
        let engine = Engine::open(Box::new(store), driver, vault, settings, 1, now).unwrap();
        let published = Published::new(
            engine.world().for_readers(),
            engine.archive(),
            engine.machines(),
            clock.clone(),
        );
        spawn(Parts {
            engine,
            keyring,
            published: Arc::new(published),
            events: Arc::new(Events::new(Recent::new(1))),
            metrics: Arc::new(Metrics::new(now)),
            clock,
            on_failure,
        })
        .unwrap()
    }

    /// An order that needs nothing to be there, and is one to write down.
    fn order() -> Command {
        let operation = Operation::CreateLoadBalancers(CreateLoadBalancers {
            names: vec!["front".into()],
            reach: Reach::Private,
            routes: false,
            domain_prefix: None,
            network: None,
            subnet: None,
            tags: Vec::new(),
            hints: Hints::default(),
            like: None,
            bare: false,
        });
        Command::new(ProjectId(1), "AK".into(), "plain", RequestId(1), operation, Vec::new())
    }

    #[test]
    fn a_failed_commit_stops_the_process_and_answers_nobody() {
        static STOPPED: AtomicBool = AtomicBool::new(false);
        let store = Broken { store: MemoryStore::new(), panics: false };
        let (engine, join) = thread_on(store, || STOPPED.store(true, Ordering::SeqCst));
        let mut pending = engine.submit(order(), true).unwrap();
        join.join().unwrap();
        assert!(STOPPED.load(Ordering::SeqCst));
        assert_eq!(pending.reply.try_recv(), Err(oneshot::error::TryRecvError::Empty));
        let mut ended = pending.ended.unwrap();
        assert_eq!(ended.try_recv(), Err(oneshot::error::TryRecvError::Empty));
    }

    #[test]
    fn a_broken_rule_stops_the_process_and_answers_nobody() {
        static STOPPED: AtomicBool = AtomicBool::new(false);
        let store = Broken { store: MemoryStore::new(), panics: true };
        let (engine, join) = thread_on(store, || STOPPED.store(true, Ordering::SeqCst));
        let mut pending = engine.submit(order(), false).unwrap();
        join.join().unwrap();
        assert!(STOPPED.load(Ordering::SeqCst));
        assert_eq!(pending.reply.try_recv(), Err(oneshot::error::TryRecvError::Empty));
    }

    #[test]
    fn once_stopped_it_takes_no_orders_and_refuses_those_it_did_not_take() {
        let (engine, join) = thread_on(MemoryStore::new(), || panic!("nothing failed"));
        let first = engine.submit(order(), true).unwrap();
        engine.stop();
        join.join().unwrap();
        assert!(first.reply.blocking_recv().is_ok(), "it came before the end");
        assert_eq!(engine.submit(order(), false).err(), Some(Unavailable));
        assert!(engine.ping().is_err());
    }
}
