//! What each verb does to a machine. Each looks first whether its work is done already.

use std::sync::Arc;

use regiment_core::driver::{Done, DriverError, Login, Provision, Rejection, Verb};
use regiment_core::model::{Flavor, Image, OsFamily, ServerId, VolumeId};
use regiment_core::ops::Force;
use regiment_core::vault::Secret;

use super::folder::{disk_size, user_of};
use super::hash;
use super::image::{self, Manifest};
use super::loose;
use super::machine::{DONE, Machine, Outcome, failed, rejected};
use super::record::{BootDisk, NicRecord, Pending, PendingPassword, Record};
use crate::hosts::Shape;

impl Machine {
    pub async fn carry_out(&mut self, verb: Verb) -> Outcome {
        if self.record.is_none() {
            return match verb {
                Verb::Provision { server: _, plan } => self.provision(*plan).await,
                Verb::Remove { server: _, disks } => self.remove_disks(&disks),
                _ => rejected(Rejection::Missing),
            };
        }
        match verb {
            Verb::Provision { .. } => Ok(Done { placed_on: self.host() }),
            Verb::Run { server: _, hostname, apart_from } => self.run(hostname, &apart_from).await,
            Verb::Stop { server: _, force } => self.stop(force).await,
            Verb::Reboot { server: _, force, token } => self.reboot(force, token).await,
            Verb::Crash { server: _, token } => self.crash(token).await,
            Verb::Remove { server: _, disks } => self.remove(&disks).await,
            Verb::Shape { server: _, flavor, apart_from } => self.shape(&flavor, &apart_from),
            Verb::Place { server: _, away_from, apart_from } => self.place(&away_from, &apart_from),
            Verb::Password { server: _, generation, password } => {
                self.password(generation, &password).await
            }
            Verb::Image { server: _, generation, image, password, login } => {
                self.reinstall(generation, &image, password.as_ref(), login).await
            }
            Verb::Nics { server: _, nics } => self.set_nics(&nics).await,
            Verb::Disks { server: _, disks } => self.set_disks(&disks).await,
            Verb::Disk { .. }
            | Verb::NoDisk { .. }
            | Verb::Capture { .. }
            | Verb::CopyImage { .. }
            | Verb::NoImage { .. }
            | Verb::Key { .. }
            | Verb::Balance { .. }
            | Verb::Unbalance { .. } => failed("the order is not for a machine"),
        }
    }

    pub fn host(&self) -> Option<Arc<str>> {
        self.record.as_ref().map(|record| record.host.clone())
    }

    async fn provision(&mut self, plan: Provision) -> Outcome {
        let disks: Vec<VolumeId> = plan.disks.iter().map(|disk| disk.volume).collect();
        let made = self.make(plan).await;
        if made.is_err() {
            self.record = None;
            // They were to be made with it.
            let _ = self.remove_disks(&disks);
            // What could not be taken away is taken for no machine by the next daemon.
            let _ = self.folder.remove();
        }
        made
    }

    async fn make(&mut self, plan: Provision) -> Outcome {
        let Provision {
            name: _,
            hostname: _,
            zone: _,
            flavor,
            image,
            password,
            login,
            nics,
            boot_gib,
            disks,
            apart_from: _,
        } = plan;
        let manifest = self.manifest(&image)?;
        let disk = boot_disk(1, &image, manifest.clone(), &login);
        let password = self.pending_password(&disk, password.as_ref())?;
        let pending = Pending::of(&disk, login, password);
        refuse_unheard(&disk, &pending)?;
        let (number, host) = self.place.clone();
        let mut record = Record {
            server: self.server,
            number,
            host,
            vcpus: flavor.vcpus,
            ram_mib: flavor.ram_mib,
            boot_gib,
            hostname: None,
            disk,
            old_disks: Vec::new(),
            image_generation: 1,
            password_generation: 1,
            pending,
            restarted_for: None,
            nics: Vec::new(),
            disks: Vec::new(),
            ssh_port: None,
            process: None,
        };
        for nic in &nics {
            let Some(slot) = record.free_slot() else { return no_slot() };
            let (port, mac, address) = (nic.port, nic.mac, nic.address);
            record.nics.push(NicRecord { port, mac, address, slot });
        }
        self.folder.make(user_of(number)).or_else(|error| failed(format_args!("{error}")))?;
        self.lay_disk(&record.disk, &manifest, boot_gib).await?;
        self.record = Some(record);
        self.set_disks(&disks).await?;
        // Only with its record is it a machine.
        self.write_or_fail()?;
        self.publish();
        Ok(Done { placed_on: self.host() })
    }

    /// What is known of an image; an image that is only a name in the catalog makes no machine.
    fn manifest(&self, image: &Image) -> Result<Manifest, DriverError> {
        image::read(&self.shared.config.data, image.id)
            .or_else(|error| failed(format_args!("the image {} cannot be used: {error}", image.id)))
    }

    async fn lay_disk(
        &self,
        disk: &BootDisk,
        manifest: &Manifest,
        boot_gib: u32,
    ) -> Result<(), DriverError> {
        let (folder, disk) = (self.folder.clone(), disk.clone());
        let (data, qemu_img) =
            (self.shared.config.data.clone(), self.shared.config.qemu_img.clone());
        let (size, user) = (disk_size(manifest, boot_gib), user_of(self.place.0));
        let laid = tokio::task::spawn_blocking(move || {
            folder.lay_disk(&data, &qemu_img, &disk, size, user)
        });
        match laid.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => failed(format_args!("the boot disk: {error}")),
            Err(_) => Err(DriverError::Unknown),
        }
    }

    /// A password as it waits for the guest: under seal, and hashed where the guest takes that.
    pub fn pending_password(
        &self,
        disk: &BootDisk,
        password: Option<&Secret>,
    ) -> Result<Option<PendingPassword>, DriverError> {
        let Some(password) = password else { return Ok(None) };
        let crypted = disk.takes_hashes;
        let kept = if crypted {
            hash::crypt(password).or_else(|error| failed(format_args!("no salt: {error}")))?
        } else {
            password.clone()
        };
        let sealed = self.shared.config.vault.seal(&kept);
        Ok(Some(PendingPassword { sealed, crypted }))
    }

    async fn password(&mut self, generation: u32, password: &Secret) -> Outcome {
        let Some(record) = &self.record else { return rejected(Rejection::Missing) };
        if !record.disk.agent {
            return rejected(Rejection::AgentMissing);
        }
        let wanted = self.pending_password(&record.disk, Some(password))?;
        if self.running.is_some()
            && let Some(wanted) = &wanted
        {
            self.tell_password(wanted).await?;
        }
        let running = self.running.is_some();
        if let Some(record) = &mut self.record {
            // Set even when the generation is not new: an earlier order that failed on the way back
            // may have left another password under the same number.
            record.pending.password = wanted.filter(|_| !running);
            record.password_generation = generation;
        }
        self.write_or_fail()?;
        self.publish();
        DONE
    }

    /// A fresh disk, unless this one is it already. A generation alone does not say so: an earlier
    /// order for the same generation may have failed on the way back, with another image.
    async fn reinstall(
        &mut self,
        generation: u32,
        image: &Image,
        password: Option<&Secret>,
        login: Login,
    ) -> Outcome {
        let Some(record) = &self.record else { return rejected(Rejection::Missing) };
        let same = record.image_generation == generation && record.disk.image == image.id;
        let manifest = self.manifest(image)?;
        let number = if same { record.disk.number } else { record.disk.number + 1 };
        let disk = boot_disk(number, image, manifest.clone(), &login);
        let password = self.pending_password(&disk, password)?;
        if same && password.is_none() {
            return DONE;
        }
        let pending = Pending::of(&disk, login, password);
        refuse_unheard(&disk, &pending)?;
        let boot_gib = record.boot_gib;
        if !same {
            self.end().await?;
            self.lay_disk(&disk, &manifest, boot_gib).await?;
        }
        if let Some(record) = &mut self.record {
            if !same {
                record.old_disks.push(record.disk.number);
                record.disk = disk;
                record.image_generation = generation;
                record.password_generation += 1;
                record.hostname = None;
                record.restarted_for = None;
            }
            record.pending = pending;
        }
        self.write_or_fail()?;
        self.publish();
        DONE
    }

    fn shape(&mut self, flavor: &Flavor, apart_from: &[ServerId]) -> Outcome {
        let shape = Shape::from(flavor);
        let host = {
            let mut state = self.shared.state();
            let taken = state.hosts_of(apart_from);
            let entry = state.machines.get(&self.server);
            let Some((old_host, old)) = entry.map(|entry| (entry.host, entry.shape)) else {
                return rejected(Rejection::Missing);
            };
            let Some(host) = state.hosts.rechoose(old_host, old, shape, &taken) else {
                return rejected(Rejection::NoCapacity);
            };
            state.settle(self.server, host, shape);
            state.hosts.name(host).clone()
        };
        if let Some(record) = &mut self.record {
            (record.vcpus, record.ram_mib) = (shape.vcpus, shape.ram_mib);
        }
        self.lives_on(host)
    }

    /// Hosts are shares of one machine, so a server that moves need not stop.
    fn place(&mut self, away_from: &str, apart_from: &[ServerId]) -> Outcome {
        let host = {
            let mut state = self.shared.state();
            let mut taken = state.hosts_of(apart_from);
            let entry = state.machines.get(&self.server);
            let Some((old, shape)) = entry.map(|entry| (entry.host, entry.shape)) else {
                return rejected(Rejection::Missing);
            };
            if **state.hosts.name(old) == *away_from {
                taken.push(old);
                let Some(host) = state.hosts.choose_beside(old, shape, &taken) else {
                    return rejected(Rejection::NoCapacity);
                };
                state.settle(self.server, host, shape);
                state.hosts.name(host).clone()
            } else {
                state.hosts.name(old).clone()
            }
        };
        self.lives_on(host)
    }

    /// Before it runs, one that stands beside others it is to be apart from goes elsewhere, if it can.
    pub fn stand_apart(&mut self, apart_from: &[ServerId]) -> Outcome {
        if apart_from.is_empty() {
            return DONE;
        }
        let host = {
            let mut state = self.shared.state();
            let taken = state.hosts_of(apart_from);
            let entry = state.machines.get(&self.server);
            let Some((old, shape)) = entry.map(|entry| (entry.host, entry.shape)) else {
                return rejected(Rejection::Missing);
            };
            let beside = self.running.is_none() && taken.contains(&old);
            let other = state.hosts.choose_beside(old, shape, &taken).filter(|_| beside);
            if let Some(host) = other {
                state.settle(self.server, host, shape);
            }
            state.hosts.name(other.unwrap_or(old)).clone()
        };
        self.lives_on(host)
    }

    fn lives_on(&mut self, host: Arc<str>) -> Outcome {
        if let Some(record) = &mut self.record {
            record.host = host.clone();
        }
        self.write_or_fail()?;
        self.publish();
        Ok(Done { placed_on: Some(host) })
    }

    async fn remove(&mut self, disks: &[VolumeId]) -> Outcome {
        self.end().await?;
        self.remove_disks(disks)?;
        self.folder
            .remove()
            .or_else(|error| failed(format_args!("the machine's folder: {error}")))?;
        self.record = None;
        DONE
    }

    fn remove_disks(&self, disks: &[VolumeId]) -> Outcome {
        let removed = disks.iter().try_for_each(|disk| loose::remove_now(&self.shared, *disk));
        removed.or_else(|error| failed(format_args!("its disks: {error}")))?;
        DONE
    }

    /// Disks that came before the present one are not needed once that has run.
    pub fn drop_old_disks(&mut self) -> Result<(), DriverError> {
        let Some(record) = &mut self.record else { return Ok(()) };
        if record.old_disks.is_empty() {
            return Ok(());
        }
        for number in std::mem::take(&mut record.old_disks) {
            if let Err(error) = self.folder.drop_disk(number) {
                tracing::warn!(server = %self.server, "an old disk stays: {error}");
            }
        }
        self.write_or_fail()
    }

    /// Forwards a free port of this machine to the guest's SSH, the same one from start to start.
    pub fn choose_ssh_port(&mut self) {
        let Some(record) = &mut self.record else { return };
        let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port));
        if record.ssh_port.is_some_and(|port| free(port).is_ok()) {
            return;
        }
        let found = free(0).and_then(|listener| listener.local_addr());
        record.ssh_port = found.ok().map(|address| address.port());
    }
}

fn boot_disk(number: u32, image: &Image, manifest: Manifest, login: &Login) -> BootDisk {
    let (agent, cloud_init, kernel) = (manifest.agent, manifest.cloud_init, manifest.kernel);
    BootDisk {
        number,
        image: image.id,
        admin_user: image.admin_user.clone(),
        takes_hashes: image.family == OsFamily::Linux,
        agent,
        cloud_init,
        first_boot: cloud_init,
        user_data: login.user_data.clone().filter(|_| cloud_init),
        kernel,
    }
}

/// What a guest without an agent would never hear is refused at once.
fn refuse_unheard(disk: &BootDisk, pending: &Pending) -> Result<(), DriverError> {
    if pending.needs_agent(disk) && !disk.agent {
        return rejected(Rejection::AgentMissing);
    }
    Ok(())
}

pub fn no_slot<T>() -> Result<T, DriverError> {
    failed("the machine has no room for another device")
}

/// Told apart from an order to stop: nobody is asked.
pub const fn asks_guest(force: Force) -> bool {
    match force {
        Force::Soft | Force::SoftThenHard => true,
        Force::Hard => false,
    }
}
