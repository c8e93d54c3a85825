//! One machine and the task that owns it: its process, its sockets and its record. Orders come one
//! after the other; what happens between them is noticed as it happens.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use regiment_core::driver::{Done, DriverError, Rejection, StepCall, StepReport, Verb};
use regiment_core::model::{Power, ServerId};
use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::agent::Agent;
use super::config::Patience;
use super::folder::Folder;
use super::launch::{AGENT_SOCKET, CONTROL_SOCKET};
use super::process::Process;
use super::qmp::{Event, Qmp};
use super::record::Record;
use super::shared::Shared;

pub type Outcome = Result<Done, DriverError>;

pub const DONE: Outcome = Ok(Done { placed_on: None });

pub const fn rejected<T>(why: Rejection) -> Result<T, DriverError> {
    Err(DriverError::Rejected(why))
}

pub fn failed<T>(story: impl std::fmt::Display) -> Result<T, DriverError> {
    rejected(Rejection::Failed(story.to_string().into()))
}

/// How often a socket is tried that is not there yet, and logs are looked at.
const TRY_AGAIN: Duration = Duration::from_millis(10);
const LOOK_AROUND: Duration = Duration::from_secs(5);

pub struct Machine {
    pub shared: Arc<Shared>,
    pub server: ServerId,
    pub folder: Folder,
    /// What it is numbered and where it lives until it has a record of its own.
    pub place: (u32, Arc<str>),
    /// Nothing until it was made.
    pub record: Option<Record>,
    pub running: Option<Running>,
}

/// A process and the ways to talk to it.
pub struct Running {
    pub process: Process,
    /// Nothing when it was lost: the process can still be ended.
    pub control: Option<Qmp>,
    pub agent: Option<Agent>,
    /// Whether the agent answered when it was last asked, and has not gone since.
    pub agent_up: bool,
}

/// What a machine's task hears.
enum News {
    Call(Box<StepCall>),
    /// The driver is gone, or the machine.
    End,
    Gone,
    Event(Event),
    ControlLost,
    Tick,
}

impl Machine {
    pub fn unmade(shared: Arc<Shared>, server: ServerId, number: u32, host: Arc<str>) -> Machine {
        let folder = Folder::of(&shared.config.data, server);
        Machine { shared, server, folder, place: (number, host), record: None, running: None }
    }

    pub fn found(shared: Arc<Shared>, folder: Folder, record: Record) -> Machine {
        let (server, place) = (record.server, (record.number, record.host.clone()));
        Machine { shared, server, folder, place, record: Some(record), running: None }
    }

    pub fn patience(&self) -> &Patience {
        &self.shared.config.patience
    }

    pub async fn live(mut self, mut calls: UnboundedReceiver<StepCall>) {
        self.attach().await;
        let mut tick = interval(LOOK_AROUND);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let news = tokio::select! {
                call = calls.recv() => call.map_or(News::End, |call| News::Call(Box::new(call))),
                news = hear(self.running.as_mut()) => news,
                _ = tick.tick() => News::Tick,
            };
            match news {
                News::Call(call) => {
                    let StepCall { step, verb } = *call;
                    let removes = matches!(verb, Verb::Remove { .. });
                    let result = self.carry_out(verb).await;
                    // One that could not be made leaves nothing behind, nor does one that was removed.
                    let over = self.record.is_none() && (removes || result.is_err());
                    if over {
                        self.shared.state().forget(self.server);
                    }
                    self.shared.report(StepReport { step, result });
                    if over {
                        return;
                    }
                }
                News::End => return,
                News::Gone => self.ended_unasked("its process has ended").await,
                News::Event(event) => self.take_event(event).await,
                News::ControlLost => {
                    if let Some(running) = &mut self.running {
                        running.control = None;
                    }
                }
                News::Tick => {
                    if let Err(error) = self.folder.trim_console() {
                        tracing::warn!(server = %self.server, "the console log is not cut: {error}");
                    }
                }
            }
        }
    }

    /// Takes hold of a process that an earlier daemon began.
    async fn attach(&mut self) {
        let Some(record) = &self.record else { return };
        let shown = self.shown_power();
        let known = record.process.and_then(Process::find);
        let process = match known {
            Some(process) => Some(process),
            // The last daemon may have ended between beginning it and writing that down.
            None => self.listener().await,
        };
        if let Some(process) = process {
            self.hold(process).await;
        } else if record.process.is_some()
            && let Some(record) = &mut self.record
        {
            record.process = None;
            self.keep();
        }
        self.publish();
        if self.power() != shown {
            self.shared.changed(self.server);
        }
    }

    /// The process that listens at the control socket, if there is one, as the kernel knows it.
    async fn listener(&self) -> Option<Process> {
        let (_run, path) = self.folder.socket(CONTROL_SOCKET).ok()?;
        let stream = timeout(self.patience().control, tokio::net::UnixStream::connect(path)).await;
        let pid = stream.ok()?.ok()?.peer_cred().ok()?.pid()?;
        Process::numbered(pid)
    }

    /// Talks to a process from now on, and writes down which it is.
    async fn hold(&mut self, process: Process) {
        let control = self.control_of(&process).await;
        let agent = self.agent_link().await;
        if let Some(record) = &mut self.record {
            record.process = Some(process.id());
        }
        self.running = Some(Running { process, control, agent, agent_up: false });
        self.keep();
        self.check_state().await;
        if self.record.as_ref().is_some_and(|record| record.disk.agent) {
            self.ping().await;
        }
    }

    /// The control socket is there a moment after the process.
    pub async fn control_of(&self, process: &Process) -> Option<Qmp> {
        let until = Instant::now() + self.patience().control;
        loop {
            let (_run, path) = self.folder.socket(CONTROL_SOCKET).ok()?;
            let left = until.saturating_duration_since(Instant::now());
            match Qmp::connect(&path, left).await {
                Ok(control) => return Some(control),
                Err(_) if process.is_gone() || left.is_zero() => return None,
                Err(_) => sleep(TRY_AGAIN).await,
            }
        }
    }

    pub async fn agent_link(&self) -> Option<Agent> {
        let (_run, path) = self.folder.socket(AGENT_SOCKET).ok()?;
        Agent::connect(&path, self.patience().control).await.ok()
    }

    /// Whether the agent answers now.
    pub async fn ping(&mut self) -> bool {
        let patience = self.patience().agent;
        let Some(running) = &mut self.running else { return false };
        let Some(agent) = &mut running.agent else { return false };
        running.agent_up = agent.ping(patience).await.is_ok();
        running.agent_up
    }

    async fn take_event(&mut self, event: Event) {
        match event {
            Event::Agent { open } => {
                if let Some(running) = &mut self.running {
                    running.agent_up = open;
                }
                self.publish();
            }
            Event::Shutdown | Event::Halted => self.check_state().await,
            Event::Reset | Event::DeviceGone(_) => {}
        }
    }

    /// A process whose guest is off or broken is ended: it is no running server.
    async fn check_state(&mut self) {
        let patience = self.patience().control;
        let Some(running) = &mut self.running else { return };
        let Some(control) = &mut running.control else { return };
        let Ok(status) = control.ask("query-status", json!({}), patience).await else { return };
        let why = match status["status"].as_str() {
            Some("shutdown") => "its guest has switched itself off",
            Some("internal-error") => "its processor met what it cannot do",
            Some("guest-panicked") => "its guest's kernel has given up",
            Some(_) | None => return,
        };
        self.ended_unasked(why).await;
    }

    async fn ended_unasked(&mut self, why: &str) {
        tracing::warn!(server = %self.server, "a machine is off without an order: {why}");
        if self.end().await.is_ok() {
            self.publish();
            self.shared.changed(self.server);
        }
    }

    /// Ends the process, if there is one, without asking the guest.
    pub async fn end(&mut self) -> Result<(), DriverError> {
        let Patience { end, control: long, .. } = *self.patience();
        let Some(running) = &mut self.running else { return Ok(()) };
        if let Some(control) = &mut running.control {
            // A success may be no answer but the end of the connection.
            let _ = control.ask("quit", json!({}), end).await;
        }
        let process = &running.process;
        if timeout(end, process.gone()).await.is_err() {
            process.kill();
            if timeout(long, process.gone()).await.is_err() {
                return Err(DriverError::Unknown);
            }
        }
        if let Some(running) = self.running.take() {
            running.process.bury();
        }
        if let Some(record) = &mut self.record {
            record.process = None;
        }
        if let Err(error) = self.folder.drop_seed() {
            tracing::warn!(server = %self.server, "the seed's file stays: {error}");
        }
        self.keep();
        Ok(())
    }

    pub const fn power(&self) -> Power {
        if self.running.is_some() { Power::Running } else { Power::Stopped }
    }

    fn shown_power(&self) -> Power {
        let state = self.shared.state();
        let finding = state.machines.get(&self.server).and_then(|entry| entry.finding.as_ref());
        finding.map_or(Power::Stopped, |finding| finding.power)
    }

    /// Shows the machine as it is.
    pub fn publish(&self) {
        if let Some(record) = &self.record {
            let agent = self.running.as_ref().is_some_and(|running| running.agent_up);
            self.shared.publish(record.finding(self.power()), agent);
        }
    }

    /// Writes the record down where nothing can be done about it if that fails: the next daemon finds
    /// the process by its socket.
    pub fn keep(&self) {
        if let Err(error) = self.write() {
            tracing::error!(server = %self.server, "the machine's record is not written: {error}");
        }
    }

    pub fn write(&self) -> std::io::Result<()> {
        self.record.as_ref().map_or(Ok(()), |record| record.write(self.folder.path()))
    }

    /// Writes the record down, or the order that changed it has failed.
    pub fn write_or_fail(&self) -> Result<(), DriverError> {
        self.write().or_else(|error| failed(format_args!("the machine's record: {error}")))
    }
}

/// The next thing a running machine tells; waits for ever if none runs.
async fn hear(running: Option<&mut Running>) -> News {
    let Some(Running { process, control, agent: _, agent_up: _ }) = running else {
        return pending().await;
    };
    let Some(control) = control else {
        process.gone().await;
        return News::Gone;
    };
    tokio::select! {
        () = process.gone() => News::Gone,
        event = control.event() => event.map_or(News::ControlLost, News::Event),
    }
}
