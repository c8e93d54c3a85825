use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{
    Certificates, FaultKind, HealthCheck, Hints, Listener, ListenerId, LoadBalancer,
};
use crate::world::World;

/// Have a listener work in another way; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeListener {
    pub listener: ListenerId,
    pub name: Option<Arc<str>>,
    pub scheduler: Option<Arc<str>>,
    pub session_s: Option<u32>,
    pub health: Option<HealthCheck>,
    pub certificates: Option<Certificates>,
    #[serde(default)]
    pub hints: Hints,
}

impl Rules for ChangeListener {
    fn name(&self) -> &'static str {
        "change_listener"
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for ChangeListener {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        match balancer.listener(self.listener) {
            Some(_) => Verdict::Admit,
            None => Verdict::refuse(FaultKind::ListenerNotFound),
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        let Some(listener) = balancer.listeners.iter_mut().find(|one| one.id == self.listener)
        else {
            return;
        };
        self.change(listener);
    }
}

impl ChangeListener {
    fn change(&self, listener: &mut Listener) {
        let ChangeListener { listener: _, name, scheduler, session_s, health, certificates, hints } =
            self;
        if let Some(name) = name {
            listener.name = name.clone();
        }
        if let Some(scheduler) = scheduler {
            listener.scheduler = scheduler.clone();
        }
        if let Some(session_s) = session_s {
            listener.session_s = *session_s;
        }
        if let Some(health) = health {
            listener.health = health.clone();
        }
        if let Some(Certificates { own, of_clients }) = certificates {
            listener.certificate = Some(own.clone());
            listener.client_certificate.clone_from(of_clients);
        }
        listener.hints.extend(hints.iter().map(|(name, said)| (name.clone(), said.clone())));
    }
}
