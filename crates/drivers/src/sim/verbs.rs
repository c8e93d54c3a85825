//! What each verb does to the simulated fleet. Each looks first whether its work is done already.

use std::sync::Arc;

use regiment_core::driver::{Done, DriverError, Provision, Rejection, Verb};
use regiment_core::model::{Flavor, Power, ServerId};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;

use super::fleet::Fleet;
use super::guest::{Guest, ImageNumber, PasswordHash};
use super::hosts::{HostNumber, HostState, Shape};

type Outcome = Result<Done, DriverError>;

const DONE: Outcome = Ok(Done { placed_on: None });

const fn rejected(why: Rejection) -> Outcome {
    Err(DriverError::Rejected(why))
}

impl Fleet {
    pub(super) fn make_true(&mut self, verb: Verb) -> Outcome {
        match verb {
            Verb::Provision { server, plan } => self.provision(server, &plan),
            Verb::Run { server, apart_from } => self.run(server, &apart_from),
            Verb::Stop { server, force } => self.on(server, |guest| stop(guest, force)),
            Verb::Reboot { server, force, token } => {
                self.on(server, |guest| reboot(guest, force, token))
            }
            Verb::Remove { server } => self.take_away(server),
            Verb::Shape { server, flavor, apart_from } => self.shape(server, &flavor, &apart_from),
            Verb::Place { server, away_from, apart_from } => {
                self.place(server, &away_from, &apart_from)
            }
            Verb::Password { server, generation, password } => self.on(server, |guest| {
                if !guest.agent {
                    return rejected(Rejection::AgentMissing);
                }
                // Set even when the generation is not new: an earlier order that failed on the way
                // back may have left another password under the same number.
                guest.password = Some(PasswordHash::of(server, &password));
                guest.password_generation = generation;
                DONE
            }),
            Verb::Image { server, generation, image, password } => {
                let image = self.image_number(image.id);
                self.on(server, |guest| {
                    reinstall(guest, generation, image);
                    set_password(guest, server, password.as_ref());
                    DONE
                })
            }
            Verb::Nics { server, nics } => {
                let done = self.on(server, |_| DONE);
                if done.is_ok() {
                    self.plug_nics(server, &nics);
                }
                done
            }
            Verb::Disks { server, disks } => {
                self.on(server, |_| DONE)?;
                self.plug(server, disks);
                DONE
            }
            Verb::Disk { disk } => {
                self.loose.insert(disk.volume, disk);
                DONE
            }
            Verb::NoDisk { volume } => {
                self.loose.remove(&volume);
                DONE
            }
            Verb::Balance { balancer } => {
                self.balancers.insert(balancer.id, *balancer);
                DONE
            }
            Verb::Unbalance { balancer } => {
                self.balancers.remove(&balancer);
                DONE
            }
        }
    }

    /// Does something with a server that must be there, on a host that must answer.
    fn on(&mut self, server: ServerId, act: impl FnOnce(&mut Guest) -> Outcome) -> Outcome {
        let Some(guest) = self.guests.get_mut(&server) else {
            return rejected(Rejection::Missing);
        };
        self.hosts.check(guest.host)?;
        act(guest)
    }

    fn provision(&mut self, server: ServerId, plan: &Provision) -> Outcome {
        if let Some(guest) = self.guests.get(&server) {
            self.hosts.check(guest.host)?;
            return Ok(Done { placed_on: Some(self.host_name(guest)) });
        }
        let shape = Shape::from(&*plan.flavor);
        let taken = self.hosts_of(&plan.apart_from);
        let Some(host) = self.hosts.choose(&plan.zone, shape, &taken) else {
            return rejected(Rejection::NoCapacity);
        };
        self.hosts.take(host, shape);
        let mut guest = Guest::new(host, shape);
        guest.image = self.image_number(plan.image.id);
        set_password(&mut guest, server, plan.password.as_ref());
        let placed_on = Some(self.host_name(&guest));
        self.guests.insert(server, guest);
        self.plug_nics(server, &plan.nics);
        self.plug(server, plan.disks.clone());
        Ok(Done { placed_on })
    }

    /// One that stands beside others it is to be apart from goes elsewhere before it runs, if it can.
    fn run(&mut self, server: ServerId, apart_from: &[ServerId]) -> Outcome {
        let taken = self.hosts_of(apart_from);
        let Some(guest) = self.guests.get_mut(&server) else {
            return rejected(Rejection::Missing);
        };
        self.hosts.check(guest.host)?;
        if guest.power == Power::Stopped
            && taken.contains(&guest.host)
            && let Some(host) = self.hosts.choose_beside(guest.host, guest.shape, &taken)
        {
            self.hosts.give_back(guest.host, guest.shape);
            self.hosts.take(host, guest.shape);
            guest.host = host;
        }
        guest.power = Power::Running;
        let host = self.hosts.name(guest.host).clone();
        Ok(Done { placed_on: (!apart_from.is_empty()).then_some(host) })
    }

    /// Where these servers live, as far as they live.
    fn hosts_of(&self, servers: &[ServerId]) -> Vec<HostNumber> {
        servers.iter().filter_map(|server| Some(self.guests.get(server)?.host)).collect()
    }

    fn take_away(&mut self, server: ServerId) -> Outcome {
        if let Some(guest) = self.guests.get(&server) {
            self.hosts.check(guest.host)?;
            self.remove(server);
        }
        DONE
    }

    /// One that is down can be left: what was on it does not run. Of one that is silent nobody knows.
    fn place(&mut self, server: ServerId, away_from: &str, apart_from: &[ServerId]) -> Outcome {
        let mut taken = self.hosts_of(apart_from);
        let Some(guest) = self.guests.get_mut(&server) else {
            return rejected(Rejection::Missing);
        };
        if **self.hosts.name(guest.host) != *away_from {
            self.hosts.check(guest.host)?;
            return Ok(Done { placed_on: Some(self.hosts.name(guest.host).clone()) });
        }
        if self.hosts.state(guest.host) == HostState::Silent {
            return Err(DriverError::Unreachable);
        }
        taken.push(guest.host);
        let Some(host) = self.hosts.choose_beside(guest.host, guest.shape, &taken) else {
            return rejected(Rejection::NoCapacity);
        };
        self.hosts.give_back(guest.host, guest.shape);
        self.hosts.take(host, guest.shape);
        guest.host = host;
        Ok(Done { placed_on: Some(self.hosts.name(host).clone()) })
    }

    fn shape(
        &mut self,
        server: ServerId,
        flavor: &Arc<Flavor>,
        apart_from: &[ServerId],
    ) -> Outcome {
        let taken = self.hosts_of(apart_from);
        let Some(guest) = self.guests.get_mut(&server) else {
            return rejected(Rejection::Missing);
        };
        self.hosts.check(guest.host)?;
        let new = Shape::from(&**flavor);
        let Some(host) = self.hosts.rechoose(guest.host, guest.shape, new, &taken) else {
            return rejected(Rejection::NoCapacity);
        };
        self.hosts.give_back(guest.host, guest.shape);
        self.hosts.take(host, new);
        guest.host = host;
        guest.shape = new;
        Ok(Done { placed_on: Some(self.hosts.name(host).clone()) })
    }
}

fn stop(guest: &mut Guest, force: Force) -> Outcome {
    match (guest.power, force) {
        (Power::Running, Force::Soft) if !guest.complies => rejected(Rejection::TimedOut),
        (Power::Running | Power::Stopped, Force::Soft | Force::SoftThenHard | Force::Hard) => {
            guest.power = Power::Stopped;
            DONE
        }
    }
}

fn reboot(guest: &mut Guest, force: Force, token: u64) -> Outcome {
    if guest.rebooted_for(token) {
        return DONE;
    }
    stop(guest, force)?;
    guest.power = Power::Running;
    guest.knows_reboot = true;
    guest.reboot_token = token;
    guest.reboots = guest.reboots.saturating_add(1);
    DONE
}

/// A fresh disk, unless this one is it already. A generation alone does not say so: an earlier
/// order for the same generation may have failed on the way back, with another image.
fn reinstall(guest: &mut Guest, generation: u32, image: ImageNumber) {
    if guest.image_generation == generation && guest.image == image {
        return;
    }
    guest.image = image;
    guest.image_generation = generation;
    guest.password_generation = guest.password_generation.saturating_add(1);
    guest.password = None;
    guest.power = Power::Stopped;
    guest.agent = true;
    guest.complies = true;
    guest.knows_reboot = false;
}

fn set_password(guest: &mut Guest, server: ServerId, password: Option<&Secret>) {
    if let Some(password) = password {
        guest.password = Some(PasswordHash::of(server, password));
    }
}
