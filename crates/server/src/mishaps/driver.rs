//! A driver whose work meets the rules of stage `run`. It stands before the real one and hands on what
//! is to be done, at once, later or never.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use regiment_core::driver::{
    Adoption, Driver, DriverError, Finding, LooseDisk, Machines, Rejection, StepCall, StepRef,
    StepReport, Wake,
};
use regiment_core::model::{Host, ImageId, Server, ServerId, Time, VolumeId};
use regiment_core::world::World;
use regiment_dialects::rules::{Effect, Failure, Met, Named, Occasion, Span, Stage};
use regiment_drivers::sim::{HostState, SimDriver};

use super::Shared;

pub struct Mishandled {
    inner: Box<dyn Driver>,
    /// The same fleet, where it is one that hosts can be taken from.
    fleet: Option<SimDriver>,
    rules: Shared,
    /// What the calls of the next `begin` meet.
    met: HashMap<StepRef, Met>,
    /// Calls to hand on, and reports to give, once it is their time.
    later: BTreeMap<(Time, u64), Later>,
    held: u64,
    /// Calls that go on until their rule is gone.
    hung: Vec<(u64, StepCall)>,
    /// When the calls were handed on whose reports are to take their time, and how many times as much.
    slow: HashMap<StepRef, (Time, f64)>,
}

enum Later {
    Call(StepCall),
    Report(StepReport),
}

impl Mishandled {
    pub fn new(inner: Box<dyn Driver>, fleet: Option<SimDriver>, rules: Shared) -> Mishandled {
        Mishandled {
            inner,
            fleet,
            rules,
            met: HashMap::new(),
            later: BTreeMap::new(),
            held: 0,
            hung: Vec::new(),
            slow: HashMap::new(),
        }
    }

    fn hold(&mut self, until: Time, what: Later) {
        self.held += 1;
        self.later.insert((until, self.held), what);
    }

    /// Does what a rule says; gives the call back if it is to be handed on.
    fn befall(&mut self, now: Time, call: StepCall, met: &Met) -> Option<StepCall> {
        let refuse = |rejection| {
            Later::Report(StepReport {
                step: call.step,
                result: Err(DriverError::Rejected(rejection)),
            })
        };
        match &met.effect {
            Effect::Fail(Failure::Named(Named(kind))) => {
                let fault = Arc::new((*kind).into());
                self.hold(now, refuse(Rejection::Injected(fault)));
            }
            Effect::AgentMissing => self.hold(now, refuse(Rejection::AgentMissing)),
            Effect::Delay(Span(ms)) => self.hold(now.after_ms(*ms), Later::Call(call)),
            Effect::Hang => self.hung.push((met.rule, call)),
            Effect::Slow(factor) => {
                self.slow.insert(call.step, (now, *factor));
                return Some(call);
            }
            Effect::HostDown => {
                if self.set_host(&call, HostState::Down) {
                    return Some(call);
                }
                self.hold(now, refuse(Rejection::HostDown));
            }
            Effect::HostUp => {
                self.set_host(&call, HostState::Up);
                return Some(call);
            }
            // No rule with these is taken in for this stage.
            Effect::Fail(Failure::Raw(_))
            | Effect::Throttle
            | Effect::Status(_)
            | Effect::Malformed
            | Effect::Truncated
            | Effect::Reset
            | Effect::Lost => return Some(call),
        }
        None
    }

    /// Says whether the call's server is on a host of a fleet that is ours to break.
    fn set_host(&self, call: &StepCall, state: HostState) -> bool {
        let found = self.fleet.as_ref().zip(call.verb.server());
        let host = found.and_then(|(fleet, server)| Some((fleet, fleet.inspect(server)?.host)));
        host.is_some_and(|(fleet, host)| fleet.set_host(&host, state))
    }
}

impl Driver for Mishandled {
    fn hosts(&self) -> Vec<Host> {
        self.inner.hosts()
    }

    fn adopt(&mut self, known: &mut dyn Iterator<Item = Adoption>) {
        self.inner.adopt(known);
    }

    fn brief(&mut self, world: &World, now: Time, calls: &[StepCall]) {
        self.inner.brief(world, now, calls);
        if !self.rules.any() {
            return;
        }
        for call in calls {
            let Some(job) = world.job(call.step.job) else { continue };
            let server: Option<&Server> = call.verb.server().and_then(|id| world.server(id));
            let occasion = Occasion {
                stage: Stage::Run,
                dialect: &job.dialect,
                action: "",
                operation: Some(job.operation.name()),
                project: Some(job.project),
                servers: server.as_slice(),
            };
            if let Some(met) = self.rules.meet(&occasion, now) {
                self.met.insert(call.step, met);
            }
        }
    }

    fn begin(&mut self, now: Time, mut calls: Vec<StepCall>) {
        let mut met = std::mem::take(&mut self.met);
        if !met.is_empty() {
            let all = std::mem::take(&mut calls);
            calls = all
                .into_iter()
                .filter_map(|call| match met.remove(&call.step) {
                    Some(met) => self.befall(now, call, &met),
                    None => Some(call),
                })
                .collect();
        }
        if !calls.is_empty() {
            self.inner.begin(now, calls);
        }
    }

    fn collect(&mut self, now: Time) -> Vec<StepReport> {
        let mut released: Vec<StepCall> = Vec::new();
        let rules = self.rules.clone();
        self.hung.retain_mut(|(rule, call)| {
            let stays = rules.is_kept(*rule);
            if !stays {
                released.push(call.clone());
            }
            stays
        });
        let mut reports = Vec::new();
        while let Some(entry) = self.later.first_entry().filter(|entry| entry.key().0 <= now) {
            match entry.remove() {
                Later::Call(call) => released.push(call),
                Later::Report(report) => reports.push(report),
            }
        }
        if !released.is_empty() {
            self.inner.begin(now, released);
        }
        for report in self.inner.collect(now) {
            match self.slow.remove(&report.step) {
                Some((began, factor)) => {
                    let due = stretched(began, now, factor);
                    if due <= now {
                        reports.push(report);
                    } else {
                        self.hold(due, Later::Report(report));
                    }
                }
                None => reports.push(report),
            }
        }
        reports
    }

    fn next_due(&self) -> Option<Time> {
        let own = self.later.first_key_value().map(|((due, _), _)| *due);
        own.into_iter().chain(self.inner.next_due()).min()
    }

    fn inspect(&self, server: ServerId) -> Option<Finding> {
        self.inner.inspect(server)
    }

    fn inspect_disk(&self, volume: VolumeId) -> Option<LooseDisk> {
        self.inner.inspect_disk(volume)
    }

    fn has_image(&self, image: ImageId) -> bool {
        self.inner.has_image(image)
    }

    fn wake_by(&mut self, wake: Wake) {
        self.rules.wake_by(wake.clone());
        self.inner.wake_by(wake);
    }

    fn changed(&mut self) -> Vec<ServerId> {
        self.inner.changed()
    }

    fn list(&self) -> Vec<ServerId> {
        self.inner.list()
    }

    fn machines(&self) -> Arc<dyn Machines> {
        self.inner.machines()
    }
}

/// When work is done that took from `began` to `now` and is to take `factor` times as long.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "milliseconds of a test"
)]
fn stretched(began: Time, now: Time, factor: f64) -> Time {
    let took = now.ms_since(began).max(0) as f64;
    began.after_ms((took * factor).ceil() as i64)
}
