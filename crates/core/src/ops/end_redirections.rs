use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict};
use crate::model::{Fault, FaultKind, LoadBalancer, ProjectId, RuleId};
use crate::world::World;

/// Have rules no longer send their clients to other rules. The rules stay, those too that came with
/// the redirection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndRedirections {
    /// From, to.
    pub ways: Vec<(RuleId, RuleId)>,
}

impl Rules for EndRedirections {
    fn name(&self) -> &'static str {
        "end_redirections"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        if self.ways.is_empty() { Err(FaultKind::NoTargets.into()) } else { Ok(()) }
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for EndRedirections {
    fn admit(&self, balancer: &LoadBalancer, _world: &World) -> Verdict {
        for (from, to) in &self.ways {
            let (Some((_, rule)), Some(_)) = (balancer.rule(*from), balancer.rule(*to)) else {
                return Verdict::refuse(FaultKind::RuleNotFound);
            };
            if !rule.redirection.iter().any(|way| way.to == *to) {
                return Verdict::refuse(FaultKind::RedirectionNotFound);
            }
        }
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        for (from, to) in &self.ways {
            if let Some(rule) = balancer.rule_mut(*from) {
                rule.redirection.take_if(|way| way.to == *to);
            }
        }
    }
}
