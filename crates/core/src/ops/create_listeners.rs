use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::limits::LISTENERS_MAX;
use crate::model::{Fault, FaultKind, Listener, LoadBalancer, ProjectId, Protocol};
use crate::world::World;

/// Open ports on a load balancer. The listeners' ids are chosen when the order is planned, since
/// clients are told them at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateListeners {
    pub listeners: Vec<Listener>,
}

/// UDP and the TCP family have a number line each.
fn same_line(a: Protocol, b: Protocol) -> bool {
    (a == Protocol::Udp) == (b == Protocol::Udp)
}

fn clash(a: &Listener, b: &Listener) -> bool {
    a.port == b.port && same_line(a.protocol, b.protocol)
}

impl Rules for CreateListeners {
    fn name(&self) -> &'static str {
        "create_listeners"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.listeners.is_empty() {
            return Err(FaultKind::NoTargets.into());
        }
        for (index, listener) in self.listeners.iter().enumerate() {
            if self.listeners[..index].iter().any(|other| clash(other, listener)) {
                return Err(Fault::with(FaultKind::PortInUse, listener.port.to_string()));
            }
        }
        Ok(())
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for CreateListeners {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        if balancer.listeners.len() + self.listeners.len() > LISTENERS_MAX {
            return Verdict::refuse(FaultKind::QuotaExceeded);
        }
        let clashing =
            self.listeners.iter().find(|new| balancer.listeners.iter().any(|old| clash(old, new)));
        match clashing {
            Some(new) => Verdict::refuse(Fault::with(FaultKind::PortInUse, new.port.to_string())),
            None => Verdict::Admit,
        }
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        balancer.listeners.extend(self.listeners.iter().cloned());
    }
}
