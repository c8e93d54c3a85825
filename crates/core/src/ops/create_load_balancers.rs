use std::net::Ipv4Addr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Rules, Step, rename};
use crate::chance::Chance;
use crate::model::{
    BalancerState, Fault, Handle, Hints, LoadBalancer, LoadBalancerId, ProjectId, Reach, SubJobId,
    Tag, Time,
};
use crate::world::World;

/// Make load balancers, one for each name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateLoadBalancers {
    pub names: Vec<Arc<str>>,
    pub reach: Reach,
    pub routes: bool,
    pub domain_prefix: Option<Arc<str>>,
    pub network: Option<Arc<str>>,
    pub subnet: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    #[serde(default, skip_serializing_if = "Hints::is_empty")]
    pub hints: Hints,
}

impl Rules for CreateLoadBalancers {
    fn name(&self) -> &'static str {
        "create_load_balancers"
    }

    fn check(&self, _world: &World, _project: ProjectId) -> Result<(), Fault> {
        rename::names_are_bounded(&self.names)
    }

    fn steps(&self, _was_running: bool) -> &'static [Step] {
        &[Step::Balance]
    }
}

impl CreateLoadBalancers {
    pub(crate) fn mint(
        &self,
        world: &World,
        project: ProjectId,
        subs: impl Iterator<Item = SubJobId>,
        now: Time,
        chance: &mut Chance,
    ) -> Vec<LoadBalancer> {
        let mut taken = Vec::with_capacity(self.names.len());
        self.names
            .iter()
            .zip(subs)
            .map(|(name, sub)| {
                let id = loop {
                    let id = LoadBalancerId(Handle::fold(chance.next_u64()));
                    if world.balancer(id).is_none() && !taken.contains(&id) {
                        break id;
                    }
                };
                taken.push(id);
                let prefix = self.domain_prefix.as_deref().unwrap_or("lb");
                let low = u32::try_from(sub.0 % 0xFFF0).expect("16 bits fit") + 4;
                // 203.0.113.0/24 is for documentation; private ones come from a block of their own.
                let address = match self.reach {
                    Reach::Public => Ipv4Addr::from(0xCB00_7100 | low & 0xFF),
                    Reach::Private => Ipv4Addr::from(0xAC10_0000 | low),
                };
                LoadBalancer {
                    id,
                    project,
                    order: sub.0,
                    name: name.clone(),
                    reach: self.reach,
                    routes: self.routes,
                    domain: LoadBalancer::domain_of(prefix, id),
                    address,
                    network: self.network.clone(),
                    subnet: self.subnet.clone(),
                    state: BalancerState::Creating,
                    busy: Some(sub),
                    created_at: now,
                    updated_at: now,
                    listeners: Vec::new(),
                    backends: Vec::new(),
                    tags: self.tags.clone(),
                    hints: self.hints.clone(),
                }
            })
            .collect()
    }
}
