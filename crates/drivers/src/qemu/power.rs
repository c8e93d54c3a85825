//! Starting, stopping and restarting a machine.

use std::sync::Arc;

use regiment_core::driver::{Done, DriverError, Rejection};
use regiment_core::model::ServerId;
use regiment_core::ops::Force;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Duration, Instant, sleep_until, timeout};

use super::agent::Down;
use super::folder::{DUMP_FILE, user_of};
use super::launch;
use super::machine::{DONE, Machine, Outcome, Running, failed, rejected};
use super::process::Process;
use super::qmp::{Event, QmpError};
use super::verbs::asks_guest;

/// How often an agent that did not tell of itself is tried all the same.
const PING_AGAIN: Duration = Duration::from_secs(2);

/// A guest that boots while others wait for their turn.
type Turn = Option<OwnedSemaphorePermit>;

impl Machine {
    pub async fn run(&mut self, hostname: Arc<str>, apart_from: &[ServerId]) -> Outcome {
        let done = self.stand_apart(apart_from)?;
        let turn = if self.running.is_none() { self.start(Some(&hostname)).await? } else { None };
        self.come_up(turn, Some(hostname)).await?;
        Ok(done)
    }

    /// Begins the process, once it is this machine's turn.
    async fn start(&mut self, hostname: Option<&Arc<str>>) -> Result<Turn, DriverError> {
        let seed = self.seed(hostname)?;
        let turn = self.shared.boots.clone().acquire_owned().await.ok();
        self.choose_ssh_port();
        let Some(record) = self.record.clone() else { return rejected(Rejection::Missing) };
        let (config, folder) = (self.shared.config.clone(), self.folder.clone());
        let begun = tokio::task::spawn_blocking(move || {
            if let Some(seed) = seed {
                folder.put_seed(&seed, user_of(record.number))?;
            }
            launch::begin(&config, &folder, &record)
        });
        let mut child = match begun.await {
            Ok(Ok(child)) => child,
            Ok(Err(error)) => return failed(format_args!("QEMU does not start: {error}")),
            Err(_) => return Err(DriverError::Unknown),
        };
        let stderr = child.stderr.take();
        let process = match Process::of(child) {
            Ok(process) => process,
            Err(error) => return failed(format_args!("QEMU does not start: {error}")),
        };
        if let Some(record) = &mut self.record {
            record.process = Some(process.id());
        }
        self.write_or_fail()?;
        let Some(control) = self.control_of(&process).await else {
            process.kill();
            process.gone().await;
            process.bury();
            if let Some(record) = &mut self.record {
                record.process = None;
            }
            self.keep();
            let words = stderr.map_or_else(String::new, launch::last_words);
            return failed(format_args!("QEMU does not start: {words}"));
        };
        if let Some(stderr) = stderr {
            launch::listen(self.server, stderr);
        }
        let agent = self.agent_link().await;
        let control = Some(control);
        self.running = Some(Running { process, control, agent, agent_up: false });
        self.publish();
        Ok(turn)
    }

    /// Waits for the agent and tells it what the guest is to be told. A guest without an agent, or one
    /// that takes too long, counts as started if it is not waited for with anything that matters.
    async fn come_up(&mut self, turn: Turn, hostname: Option<Arc<str>>) -> Result<(), DriverError> {
        let Some(record) = &self.record else { return rejected(Rejection::Missing) };
        if record.disk.agent {
            let answers = self.wait_for_agent(turn).await?;
            self.publish();
            if answers {
                self.end_first_boot(hostname.as_ref()).await?;
                self.settle_in(hostname).await?;
            } else if self.record.as_ref().is_some_and(|record| record.pending.matters()) {
                return rejected(Rejection::AgentMissing);
            }
        }
        self.drop_old_disks()
    }

    async fn wait_for_agent(&mut self, mut turn: Turn) -> Result<bool, DriverError> {
        let began = Instant::now();
        let until = began + self.patience().boot;
        let alone_until = began + self.patience().boot_alone;
        let mut ask_at = if turn.is_some() { began + PING_AGAIN } else { began };
        loop {
            let Some(running) = &mut self.running else { return died() };
            let Running { process, control, agent: _, agent_up: _ } = running;
            let next = ask_at.min(until).min(if turn.is_some() { alone_until } else { until });
            let heard = tokio::select! {
                () = process.gone() => return self.died_under_order().await,
                event = next_event(control) => event,
                () = sleep_until(next) => None,
            };
            let now = Instant::now();
            if now >= alone_until {
                turn = None;
            }
            let stopped = matches!(heard, Some(Event::Shutdown | Event::Halted));
            if stopped && self.is_off().await {
                return self.died_under_order().await;
            }
            if heard == Some(Event::Agent { open: true }) || now >= ask_at {
                if self.ping().await {
                    return Ok(true);
                }
                ask_at = Instant::now() + PING_AGAIN;
            }
            if now >= until {
                return Ok(false);
            }
        }
    }

    /// Whether the guest does not run although its process does.
    async fn is_off(&mut self) -> bool {
        let patience = self.patience().control;
        let Some(Running { control: Some(control), .. }) = &mut self.running else { return false };
        let status = control.ask("query-status", json!({}), patience).await;
        status.is_ok_and(|status| {
            let off = ["shutdown", "internal-error", "guest-panicked"];
            status["status"].as_str().is_some_and(|status| off.contains(&status))
        })
    }

    /// The machine ended in the middle of an order: that is shown, and the order has failed.
    async fn died_under_order<T>(&mut self) -> Result<T, DriverError> {
        self.end().await?;
        self.publish();
        self.shared.changed(self.server);
        died()
    }

    pub async fn stop(&mut self, force: Force) -> Outcome {
        if self.running.is_none() {
            return DONE;
        }
        if asks_guest(force) {
            let went = self.ask_down(Down::Off).await;
            if !went && force == Force::Soft {
                return rejected(Rejection::TimedOut);
            }
        }
        self.end().await?;
        self.publish();
        DONE
    }

    /// Asks the guest to go down, by its agent and by its power button, and once more if that has no
    /// effect: guests are known to miss the first. Says whether it went.
    async fn ask_down(&mut self, how: Down) -> bool {
        let (agent_patience, patience) = (self.patience().agent, self.patience().down);
        let control_patience = self.patience().control;
        let agent_known = self.record.as_ref().is_some_and(|record| record.disk.agent);
        let Some(running) = &mut self.running else { return true };
        if let Some(control) = &mut running.control {
            control.forget_events();
        }
        for _ in 0..2 {
            if agent_known && let Some(agent) = &mut running.agent {
                // One that does not answer may still hear.
                let _ = agent.shut_down(how, agent_patience).await;
            }
            let Running { process, control, agent: _, agent_up: _ } = running;
            let Some(control) = control else { return process.is_gone() };
            if how == Down::Off {
                // Most guests do not heed it; it costs nothing.
                let _ = control.ask("system_powerdown", json!({}), control_patience).await;
            }
            let went = |event: &Event| match how {
                Down::Off => *event == Event::Shutdown,
                Down::Restart => *event == Event::Reset,
            };
            let heard = tokio::select! {
                () = process.gone() => return true,
                heard = control.wait_for(patience, went) => heard,
            };
            match heard {
                Ok(true) | Err(QmpError::Gone) => return true,
                Ok(false) | Err(_) => {}
            }
        }
        false
    }

    pub async fn reboot(&mut self, force: Force, token: u64) -> Outcome {
        let done_before = self.record.as_ref().and_then(|one| one.restarted_for) == Some(token);
        if !done_before {
            if self.running.is_none() {
                let turn = self.start(None).await?;
                self.restarted(token)?;
                self.come_up(turn, None).await?;
                return DONE;
            }
            let went = asks_guest(force) && self.ask_down(Down::Restart).await;
            if !went {
                if force == Force::Soft {
                    return rejected(Rejection::TimedOut);
                }
                self.reset().await?;
            }
            // From here on a repeat must not restart it once more.
            self.restarted(token)?;
        }
        if self.running.is_some() {
            self.come_up(None, None).await?;
        }
        DONE
    }

    fn restarted(&mut self, token: u64) -> Result<(), DriverError> {
        if let Some(record) = &mut self.record {
            record.restarted_for = Some(token);
        }
        if let Some(running) = &mut self.running {
            running.agent_up = false;
        }
        self.publish();
        self.write_or_fail()
    }

    async fn reset(&mut self) -> Result<(), DriverError> {
        let patience = self.patience().control;
        let Some(running) = &mut self.running else { return died() };
        let Some(control) = &mut running.control else {
            return failed("QEMU cannot be talked to");
        };
        control.forget_events();
        match control.ask("system_reset", json!({}), patience).await {
            Ok(_) => {}
            Err(error) => return failed(error),
        }
        // Whoever answers before that is the guest of before.
        match control.wait_for(patience, |event| *event == Event::Reset).await {
            Ok(true) => Ok(()),
            Ok(false) => rejected(Rejection::TimedOut),
            Err(error) => failed(error),
        }
    }

    /// Writes the guest's memory down from outside, which needs no help from a kernel that may not be
    /// able to give any, and starts the guest anew.
    pub async fn crash(&mut self, token: u64) -> Outcome {
        if self.record.as_ref().and_then(|record| record.restarted_for) == Some(token) {
            if self.running.is_some() {
                self.come_up(None, None).await?;
            }
            return DONE;
        }
        let patience = self.patience().dump;
        let Some(running) = &mut self.running else { return failed("the server does not run") };
        let Some(control) = &mut running.control else {
            return failed("QEMU cannot be talked to");
        };
        self.folder.drop_dump().or_else(|error| failed(format_args!("the memory: {error}")))?;
        let dump = json!({ "paging": false, "protocol": format!("file:{DUMP_FILE}") });
        match timeout(patience, control.ask("dump-guest-memory", dump, patience)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return failed(format_args!("the memory is not written: {error}")),
            Err(_) => return rejected(Rejection::TimedOut),
        }
        self.reset().await?;
        self.restarted(token)?;
        self.come_up(None, None).await?;
        Ok(Done::default())
    }
}

fn died<T>() -> Result<T, DriverError> {
    failed("the machine ended under the order")
}

/// Waits for ever where there is nothing to hear from.
async fn next_event(control: &mut Option<super::qmp::Qmp>) -> Option<Event> {
    if let Some(link) = control {
        let event = link.event().await;
        if event.is_some() {
            return event;
        }
        // The process is about to be gone, or will be found silent.
        *control = None;
    }
    std::future::pending().await
}
