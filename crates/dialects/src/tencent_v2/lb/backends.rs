//! Instances behind a load balancer or one of its listeners, as a client names them and as they are
//! shown.

use std::sync::Arc;

use regiment_core::model::{
    Fault, FaultKind, Listener, LoadBalancer, Member, ProjectId, Server, ServerId, Time,
};
use regiment_core::world::World;
use serde::Serialize;

use super::port;
use crate::tencent::{health, ids, times};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::ops::servers;
use crate::tencent_v2::params::Fields;

/// Instances in one call: as many as a load balancer may have in all, by the vendor's quota.
const BACKENDS_MAX: usize = 100;
const WEIGHT: u32 = 10;

/// One instance of a request.
pub struct Named {
    pub instance: String,
    pub port: Option<u16>,
    pub new_port: Option<u16>,
    pub weight: Option<u32>,
}

impl Named {
    /// All that a request names, `needed` fields of each being there.
    pub fn all(fields: &Fields<'_>, needed: &[&str]) -> Result<Vec<Named>, Refusal> {
        let backends = fields.objects("backends");
        if backends.is_empty() {
            return Err(Refusal::Missing("backends.0.instanceId".to_owned()));
        }
        if backends.len() > BACKENDS_MAX {
            return Err(fields.bad("backends", format!("must be at most {BACKENDS_MAX}")));
        }
        backends.iter().map(|one| Named::read(one, needed)).collect()
    }

    fn read(fields: &Fields<'_>, needed: &[&str]) -> Result<Named, Refusal> {
        let instance = fields.need("instanceId")?.to_owned();
        for name in needed {
            fields.need(name)?;
        }
        let port = |name| fields.text(name).map(|_| port(fields, name)).transpose();
        Ok(Named {
            instance,
            port: port("port")?,
            new_port: port("newPort")?,
            weight: fields.number("weight", 0..=100)?,
        })
    }

    pub fn weight(&self) -> u32 {
        self.weight.unwrap_or(WEIGHT)
    }

    /// The server that is named, or the refusal that says which was.
    pub fn server(&self, world: &World, project: ProjectId) -> Result<ServerId, Refusal> {
        let server = ids::find_instance(world, project, &self.instance);
        server
            .map(|server| server.id)
            .ok_or_else(|| Fault::with(FaultKind::ServerNotFound, &*self.instance).into())
    }
}

/// One port of an instance that a listener forwards to.
pub struct Bound<'w> {
    pub server: &'w Server,
    pub port: u16,
    pub weight: u32,
    since: Option<Time>,
}

impl<'w> Bound<'w> {
    /// The load balancer's own backends, as a classic listener forwards to them.
    pub fn of_classic(
        world: &'w World,
        balancer: &LoadBalancer,
        listener: &Listener,
    ) -> Vec<Bound<'w>> {
        let bound = balancer.backends.iter().filter(|_| listener.backend_port != 0);
        bound
            .filter_map(|backend| {
                let (port, weight) = (listener.backend_port, backend.weight);
                Some(Bound { server: world.server(backend.server)?, port, weight, since: None })
            })
            .collect()
    }

    pub fn of_members(world: &'w World, members: &[Member]) -> Vec<Bound<'w>> {
        let bound = |member: &Member| {
            let Member { server, port, weight, since } = *member;
            Some(Bound { server: world.server(server)?, port, weight, since: Some(since) })
        };
        members.iter().filter_map(bound).collect()
    }

    pub fn lan_ip(&self) -> String {
        servers::lan_ip(self.server)
    }

    /// 1 is healthy. What is not looked at counts as well.
    pub fn health(&self, is_checked: bool) -> u32 {
        u32::from(!is_checked || health::is_alive(self.server))
    }

    pub fn show(&self, world: &World) -> Shown {
        Shown {
            instance_name: self.server.name.clone(),
            lan_ip: self.lan_ip(),
            wan_ip_set: servers::wan_ips(self.server, world),
            instance_status: servers::status(self.server),
            port: self.port,
            weight: self.weight,
            un_instance_id: ids::instance(self.server.id.handle()),
            add_timestamp: self.since.map(times::beijing).unwrap_or_default(),
        }
    }
}

/// An instance in a list of an application load balancer's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    instance_name: Arc<str>,
    lan_ip: String,
    wan_ip_set: Vec<String>,
    instance_status: u32,
    port: u16,
    weight: u32,
    un_instance_id: String,
    add_timestamp: String,
}
