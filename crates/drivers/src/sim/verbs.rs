//! What each verb does to the simulated fleet. Each looks first whether its work is done already.

use std::sync::Arc;

use regiment_core::driver::{Done, DriverError, Provision, Rejection, Verb};
use regiment_core::model::{Flavor, Power, ServerId};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;

use super::console::{Consoles, Sight};
use super::fleet::Fleet;
use super::guest::{Guest, ImageNumber, PasswordHash};
use crate::hosts::{HostNumber, HostState, Shape};

type Outcome = Result<Done, DriverError>;

const DONE: Outcome = Ok(Done { placed_on: None });

const fn rejected(why: Rejection) -> Outcome {
    Err(DriverError::Rejected(why))
}

impl Fleet {
    pub(super) fn make_true(&mut self, verb: Verb) -> Outcome {
        match verb {
            Verb::Provision { server, plan } => self.provision(server, &plan),
            Verb::Run { server, hostname: _, apart_from } => self.run(server, &apart_from),
            Verb::Stop { server, force } => {
                self.on(server, |guest, console| stop(guest, force, console))
            }
            Verb::Reboot { server, force, token } => {
                self.on(server, |guest, console| reboot(guest, force, token, console))
            }
            Verb::Crash { server, token } => {
                self.on(server, |guest, console| crash(guest, token, console))
            }
            Verb::Remove { server, disks } => {
                let done = self.take_away(server)?;
                disks.iter().for_each(|disk| drop(self.loose.remove(disk)));
                Ok(done)
            }
            Verb::Shape { server, flavor, apart_from } => self.shape(server, &flavor, &apart_from),
            Verb::Place { server, away_from, apart_from } => {
                self.place(server, &away_from, &apart_from)
            }
            Verb::Password { server, generation, password } => self.on(server, |guest, _| {
                if !guest.agent {
                    return rejected(Rejection::AgentMissing);
                }
                // Set even when the generation is not new: an earlier order that failed on the way
                // back may have left another password under the same number.
                guest.password = Some(PasswordHash::of(server, &password));
                guest.password_generation = generation;
                DONE
            }),
            Verb::Image { server, generation, image, password, login: _ } => {
                let image = self.image_number(image.id);
                self.on(server, |guest, console| {
                    reinstall(guest, generation, image, console);
                    set_password(guest, server, password.as_ref());
                    DONE
                })
            }
            Verb::Nics { server, nics } => {
                let done = self.on(server, |_, _| DONE);
                if done.is_ok() {
                    self.plug_nics(server, &nics);
                }
                done
            }
            Verb::Disks { server, disks } => {
                self.on(server, |_, _| DONE)?;
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
            Verb::Capture { server, image } => {
                self.on(server, |_, _| DONE)?;
                self.own_images.insert(image);
                DONE
            }
            Verb::CopyImage { from: _, to } => {
                self.own_images.insert(to);
                DONE
            }
            Verb::NoImage { image } => {
                self.own_images.remove(&image);
                DONE
            }
            Verb::Key { server, public_key } => {
                self.on(server, |_, _| DONE)?;
                match public_key {
                    Some(key) => self.keys.insert(server, key),
                    None => self.keys.remove(&server),
                };
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
    fn on(
        &mut self,
        server: ServerId,
        act: impl FnOnce(&mut Guest, &mut Console<'_>) -> Outcome,
    ) -> Outcome {
        let Some(guest) = self.guests.get_mut(&server) else {
            return rejected(Rejection::Missing);
        };
        self.hosts.check(guest.host)?;
        act(guest, &mut Console { server, all: &mut self.consoles })
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
        let mut guest = Guest { complies: self.complies(server), ..Guest::new(host, shape) };
        guest.image = self.image_number(plan.image.id);
        set_password(&mut guest, server, plan.password.as_ref());
        let placed_on = Some(self.host_name(&guest));
        self.guests.insert(server, guest);
        self.consoles.see(server, Sight::Made);
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
        if guest.power == Power::Stopped {
            guest.power = Power::Running;
            self.consoles.see(server, guest.shape.into());
        }
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

/// The console of the one server that something is done with.
struct Console<'a> {
    server: ServerId,
    all: &'a mut Consoles,
}

impl Console<'_> {
    fn show(&mut self, sight: Sight) {
        self.all.see(self.server, sight);
    }
}

/// Whether a running guest lets itself be stopped, and whether it does so itself.
fn yields(guest: &Guest, force: Force) -> Result<bool, DriverError> {
    match force {
        Force::Soft if !guest.complies => Err(DriverError::Rejected(Rejection::TimedOut)),
        Force::Soft | Force::SoftThenHard => Ok(guest.complies),
        Force::Hard => Ok(false),
    }
}

fn stop(guest: &mut Guest, force: Force, console: &mut Console<'_>) -> Outcome {
    if guest.power == Power::Running {
        let by_itself = yields(guest, force)?;
        guest.power = Power::Stopped;
        console.show(if by_itself { Sight::ShutDown } else { Sight::PowerCut });
    }
    DONE
}

fn reboot(guest: &mut Guest, force: Force, token: u64, console: &mut Console<'_>) -> Outcome {
    if guest.restarted_for(token) {
        return DONE;
    }
    if guest.power == Power::Running {
        let by_itself = yields(guest, force)?;
        console.show(if by_itself { Sight::Restarted } else { Sight::Reset });
    }
    restart(guest, token, console);
    DONE
}

/// Only a kernel that runs can crash.
fn crash(guest: &mut Guest, token: u64, console: &mut Console<'_>) -> Outcome {
    if guest.restarted_for(token) {
        return DONE;
    }
    if guest.power != Power::Running {
        return rejected(Rejection::Failed("the server does not run".into()));
    }
    console.show(Sight::Panicked);
    restart(guest, token, console);
    DONE
}

fn restart(guest: &mut Guest, token: u64, console: &mut Console<'_>) {
    guest.power = Power::Running;
    guest.knows_restart = true;
    guest.restart_token = token;
    guest.reboots = guest.reboots.saturating_add(1);
    console.show(guest.shape.into());
}

/// A fresh disk, unless this one is it already. A generation alone does not say so: an earlier
/// order for the same generation may have failed on the way back, with another image.
fn reinstall(guest: &mut Guest, generation: u32, image: ImageNumber, console: &mut Console<'_>) {
    if guest.image_generation == generation && guest.image == image {
        return;
    }
    if guest.power == Power::Running {
        console.show(Sight::PowerCut);
    }
    guest.image = image;
    guest.image_generation = generation;
    guest.password_generation = guest.password_generation.saturating_add(1);
    guest.password = None;
    guest.power = Power::Stopped;
    guest.agent = true;
    guest.complies = true;
    guest.knows_restart = false;
    console.show(Sight::Installed(generation));
}

fn set_password(guest: &mut Guest, server: ServerId, password: Option<&Secret>) {
    if let Some(password) = password {
        guest.password = Some(PasswordHash::of(server, password));
    }
}
