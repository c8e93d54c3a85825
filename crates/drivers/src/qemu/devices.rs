//! Interfaces and data disks, which come and go while a machine runs.

use regiment_core::driver::{DiskPlan, DriverError, Rejection};
use regiment_core::model::Nic;
use serde_json::{Value, json};

use super::launch;
use super::machine::{DONE, Machine, Outcome, Running, failed, rejected};
use super::qmp::Event;
use super::record::{DiskRecord, NicRecord, Slot};
use super::verbs::no_slot;

impl Machine {
    pub async fn set_nics(&mut self, wanted: &[Nic]) -> Outcome {
        let Some(record) = &self.record else { return rejected(Rejection::Missing) };
        let present = record.nics.clone();
        for nic in present.iter().filter(|nic| !wanted.iter().any(|other| nic.is(other))) {
            self.unplug(nic.slot, ("netdev_del", json!({ "id": format!("net{}", nic.slot) })))
                .await?;
            if let Some(record) = &mut self.record {
                record.nics.retain(|other| other.slot != nic.slot);
            }
            self.write_or_fail()?;
        }
        for (place, nic) in wanted.iter().enumerate() {
            let Some(record) = &self.record else { return rejected(Rejection::Missing) };
            if record.nics.iter().any(|other| other.is(nic)) {
                continue;
            }
            let Some(slot) = record.free_slot() else { return no_slot() };
            let (port, mac, address) = (nic.port, nic.mac, nic.address);
            let new = NicRecord { port, mac, address, slot };
            let forwarded = record.ssh_port.filter(|_| place == 0);
            let back = launch::netdev(&new, self.shared.config.reach, forwarded);
            self.plug(("netdev_add", back), launch::nic_device(&new)).await?;
            if let Some(record) = &mut self.record {
                record.nics.push(new);
            }
            self.write_or_fail()?;
        }
        if let Some(record) = &mut self.record {
            let place = |nic: &NicRecord| wanted.iter().position(|other| other.port == nic.port);
            record.nics.sort_by_key(place);
        }
        self.write_or_fail()?;
        self.publish();
        DONE
    }

    pub async fn set_disks(&mut self, wanted: &[DiskPlan]) -> Outcome {
        let Some(record) = &self.record else { return rejected(Rejection::Missing) };
        let present = record.disks.clone();
        for disk in present.iter().filter(|disk| !wanted.iter().any(|other| disk.is(other))) {
            let node = json!({ "node-name": launch::node(disk) });
            self.unplug(disk.slot, ("blockdev-del", node)).await?;
            if let Some(record) = &mut self.record {
                record.disks.retain(|other| other.slot != disk.slot);
            }
            self.folder.unplug(disk.volume).or_else(|error| failed(format_args!("{error}")))?;
            self.write_or_fail()?;
        }
        for plan in wanted {
            let Some(record) = &self.record else { return rejected(Rejection::Missing) };
            if record.disks.iter().any(|disk| disk.is(plan)) {
                continue;
            }
            let Some(slot) = record.free_slot() else { return no_slot() };
            let (volume, device) = (plan.volume, plan.device.clone());
            let new = DiskRecord { volume, device, size_gib: plan.size_gib, slot };
            let made = self.folder.plug(&self.shared.config.data, &new);
            made.or_else(|error| failed(format_args!("the disk: {error}")))?;
            self.plug(("blockdev-add", launch::blockdev(&new)), launch::disk_device(&new)).await?;
            if let Some(record) = &mut self.record {
                record.disks.push(new);
            }
            self.write_or_fail()?;
        }
        if let Some(record) = &mut self.record {
            let place = |disk: &DiskRecord| wanted.iter().position(|one| one.volume == disk.volume);
            record.disks.sort_by_key(place);
        }
        self.write_or_fail()?;
        self.publish();
        DONE
    }

    /// Puts a device and what is behind it into a machine that runs; another has it from its next
    /// start on.
    async fn plug(&mut self, back: (&str, Value), device: Value) -> Result<(), DriverError> {
        let patience = self.patience().control;
        let Some(Running { control, .. }) = &mut self.running else { return Ok(()) };
        let Some(control) = control else { return failed("QEMU cannot be talked to") };
        let (command, arguments) = back;
        if let Err(error) = control.ask(command, arguments, patience).await {
            return failed(error);
        }
        control.ask("device_add", device, patience).await.map(drop).or_else(failed)
    }

    /// Takes a device out once the guest lets go of it, and what was behind it.
    async fn unplug(&mut self, slot: Slot, back: (&str, Value)) -> Result<(), DriverError> {
        self.take_out(launch::device_id(slot), back).await
    }

    pub async fn take_out(&mut self, id: String, back: (&str, Value)) -> Result<(), DriverError> {
        let (patience, long) = (self.patience().control, self.patience().unplug);
        let Some(Running { control, .. }) = &mut self.running else { return Ok(()) };
        let Some(control) = control else { return failed("QEMU cannot be talked to") };
        control.forget_events();
        // An error says that it is out already: an earlier attempt was cut off after that.
        if control.ask("device_del", json!({ "id": id }), patience).await.is_ok() {
            let gone = Event::DeviceGone(id);
            match control.wait_for(long, |event| *event == gone).await {
                Ok(true) => {}
                Ok(false) => return rejected(Rejection::TimedOut),
                Err(error) => return failed(error),
            }
        }
        let (command, arguments) = back;
        // Likewise.
        let _ = control.ask(command, arguments, patience).await;
        Ok(())
    }
}
