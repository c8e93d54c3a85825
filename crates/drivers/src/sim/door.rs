use std::sync::Arc;

use parking_lot::Mutex;
use regiment_core::driver::{Adoption, Driver, Finding, LooseDisk, Machines, StepCall, StepReport};
use regiment_core::model::{
    Host, ImageId, LoadBalancer, LoadBalancerId, Server, ServerId, Time, VolumeId,
};
use regiment_core::vault::Secret;

use super::fleet::Fleet;
use super::guest::{Guest, PasswordHash};
use super::{HostState, SimConfig};

/// A simulated fleet. Clones are handles on the same fleet: one goes to the engine, another stays
/// with whoever wants to look behind the curtain or to take a host down.
#[derive(Clone, Debug)]
pub struct SimDriver {
    fleet: Arc<Mutex<Fleet>>,
}

impl SimDriver {
    pub fn new(config: SimConfig) -> SimDriver {
        SimDriver { fleet: Arc::new(Mutex::new(Fleet::new(config))) }
    }

    /// Whether this is the server's password. False when none was set here.
    pub fn password_is(&self, server: ServerId, password: &Secret) -> bool {
        self.ask(server, |guest| guest.password).flatten()
            == Some(PasswordHash::of(server, password))
    }

    /// The public key that the server was told to let in.
    pub fn public_key(&self, server: ServerId) -> Option<Arc<str>> {
        self.fleet.lock().keys.get(&server).cloned()
    }

    /// How often the server was restarted.
    pub fn reboots(&self, server: ServerId) -> Option<u32> {
        self.ask(server, |guest| guest.reboots)
    }

    /// vCPUs and MiB that servers take up on a host.
    pub fn used(&self, host: &str) -> Option<(u64, u64)> {
        let fleet = self.fleet.lock();
        fleet.hosts.number(host).map(|number| fleet.hosts.used(number))
    }

    pub fn balancer(&self, id: LoadBalancerId) -> Option<LoadBalancer> {
        self.fleet.lock().balancers.get(&id).cloned()
    }

    /// Says whether there is such a host.
    pub fn set_host(&self, name: &str, state: HostState) -> bool {
        self.fleet.lock().set_host(name, state)
    }

    /// Installs or takes away the agent that sets passwords; a new image brings it back. Says
    /// whether there is such a server.
    pub fn set_agent(&self, server: ServerId, present: bool) -> bool {
        self.tell(server, |guest| guest.agent = present)
    }

    /// Whether the server shuts down when asked to. Says whether there is such a server.
    pub fn set_complies(&self, server: ServerId, complies: bool) -> bool {
        self.tell(server, |guest| guest.complies = complies)
    }

    #[cfg(test)]
    pub(super) fn fleet(&self) -> parking_lot::MutexGuard<'_, Fleet> {
        self.fleet.lock()
    }

    fn ask<T>(&self, server: ServerId, question: impl FnOnce(&Guest) -> T) -> Option<T> {
        self.fleet.lock().guests.get(&server).map(question)
    }

    fn tell(&self, server: ServerId, change: impl FnOnce(&mut Guest)) -> bool {
        self.fleet.lock().guests.get_mut(&server).map(change).is_some()
    }
}

impl Driver for SimDriver {
    fn hosts(&self) -> Vec<Host> {
        self.fleet.lock().hosts.list()
    }

    fn adopt(&mut self, known: &mut dyn Iterator<Item = Adoption>) {
        let mut fleet = self.fleet.lock();
        known.for_each(|one| fleet.adopt(one));
    }

    fn begin(&mut self, now: Time, calls: Vec<StepCall>) {
        self.fleet.lock().begin(now, calls);
    }

    fn collect(&mut self, now: Time) -> Vec<StepReport> {
        self.fleet.lock().collect(now)
    }

    fn next_due(&self) -> Option<Time> {
        self.fleet.lock().next_due()
    }

    fn inspect(&self, server: ServerId) -> Option<Finding> {
        self.fleet.lock().inspect(server)
    }

    fn inspect_disk(&self, volume: VolumeId) -> Option<LooseDisk> {
        self.fleet.lock().loose.get(&volume).cloned()
    }

    fn has_image(&self, image: ImageId) -> bool {
        self.fleet.lock().own_images.contains(&image)
    }

    fn list(&self) -> Vec<ServerId> {
        self.fleet.lock().guests.keys().copied().collect()
    }

    fn machines(&self) -> Arc<dyn Machines> {
        Arc::new(self.clone())
    }
}

impl Machines for SimDriver {
    fn console(&self, server: &Server) -> Option<String> {
        let fleet = self.fleet.lock();
        let guest = fleet.guests.get(&server.id)?;
        Some(fleet.consoles.text(server, guest))
    }

    fn has_agent(&self, server: ServerId) -> bool {
        self.ask(server, |guest| guest.agent) == Some(true)
    }
}
