use serde::{Deserialize, Serialize};

use super::create_rules::spelled;
use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, LoadBalancer, ProjectId, Redirection, RuleId};
use crate::world::World;

/// Have rules send their clients to other rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    pub ways: Vec<Way>,
}

/// From a rule to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    pub from: RuleId,
    pub to: RuleId,
    pub code: u16,
    pub keeps_path: bool,
}

impl Rules for Redirect {
    fn name(&self) -> &'static str {
        "redirect"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.ways.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for Redirect {
    /// A client is sent on once at the most, so that it cannot be sent in a circle.
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        let is_end = |id| {
            self.ways.iter().any(|way| way.to == id)
                || balancer.rules().any(|(_, rule)| rule.redirection.iter().any(|way| way.to == id))
        };
        for (index, way) in self.ways.iter().enumerate() {
            let (Some((_, from)), Some((_, to))) = (balancer.rule(way.from), balancer.rule(way.to))
            else {
                return Verdict::refuse(FaultKind::RuleNotFound);
            };
            let twice = self.ways[..index].iter().any(|other| other.from == way.from);
            // Another code for the same way is no second way.
            let elsewhere = from.redirection.iter().any(|old| old.to != way.to);
            if twice || elsewhere || is_end(from.id) || to.redirection.is_some() {
                return Verdict::refuse(Fault::with(FaultKind::RedirectionUnfit, spelled(from)));
            }
        }
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        for Way { from, to, code, keeps_path } in &self.ways {
            if let Some(rule) = balancer.rule_mut(*from) {
                let (to, code, keeps_path) = (*to, *code, *keeps_path);
                rule.redirection = Some(Redirection { to, code, keeps_path, automatic: false });
            }
        }
    }
}
