use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BalancerRules, Rules, Step, Verdict, rename};
use crate::model::{Fault, LoadBalancer, NetworkId, ProjectId};
use crate::world::World;

/// Give load balancers another name, domain or other security groups, or have them remember what
/// else their client says of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeLoadBalancer {
    pub name: Option<Arc<str>>,
    /// How the domain begins from now on.
    #[serde(default)]
    pub domain_prefix: Option<Arc<str>>,
    /// What is to be remembered under a name, or forgotten.
    #[serde(default)]
    pub hints: BTreeMap<Arc<str>, Option<Arc<str>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_groups: Option<GroupsChange>,
}

/// In which security groups it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupsChange {
    /// These and no others.
    To(Vec<NetworkId>),
    /// This one too.
    With(NetworkId),
    Without(NetworkId),
}

impl Rules for ChangeLoadBalancer {
    fn name(&self) -> &'static str {
        "change_load_balancer"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        self.name.as_deref().map_or(Ok(()), rename::name_is_bounded)
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl BalancerRules for ChangeLoadBalancer {
    fn admit(&self, _balancer: &LoadBalancer, _world: &World) -> Verdict {
        Verdict::Admit
    }

    fn settle(&self, balancer: &mut LoadBalancer) {
        if let Some(name) = &self.name {
            balancer.name = name.clone();
        }
        if let Some(prefix) = &self.domain_prefix {
            balancer.domain = LoadBalancer::domain_of(prefix, balancer.id);
        }
        match &self.security_groups {
            Some(GroupsChange::To(groups)) => balancer.security_groups.clone_from(groups),
            Some(GroupsChange::With(group)) if !balancer.security_groups.contains(group) => {
                balancer.security_groups.push(*group);
            }
            Some(GroupsChange::Without(group)) => {
                balancer.security_groups.retain(|old| old != group);
            }
            Some(GroupsChange::With(_)) | None => {}
        }
        for (name, said) in &self.hints {
            match said {
                Some(said) => balancer.hints.insert(name.clone(), said.clone()),
                None => balancer.hints.remove(name),
            };
        }
    }
}
