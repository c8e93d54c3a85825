use std::fs;
use std::io;
use std::sync::Arc;

use regiment_core::driver::{
    Adoption, Done, Driver, DriverError, Finding, LooseDisk, Machines, Provision, Rejection,
    StepCall, StepRef, StepReport, Verb, Wake,
};
use regiment_core::model::{Host, ImageId, Power, Server, ServerId, Time, VolumeId};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::QemuConfig;
use super::folder::{self, Folder};
use super::loose;
use super::machine::Machine;
use super::process;
use super::record::Record;
use super::shared::{Entry, Shared};
use crate::hosts::Shape;

/// Real machines, one QEMU process for each. They go on when this value is dropped, and the next one
/// on the same folder finds them.
#[derive(Debug)]
pub struct QemuDriver {
    shared: Arc<Shared>,
    /// Gone once the driver is being dropped.
    runtime: Option<Runtime>,
}

impl Drop for QemuDriver {
    fn drop(&mut self) {
        // Tasks end where they are; every verb may be repeated.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl QemuDriver {
    /// Takes hold of all machines in the data folder, which must belong to this process alone.
    pub fn open(config: QemuConfig) -> io::Result<QemuDriver> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("machines")
            .enable_all()
            .build()?;
        let shared = Arc::new(Shared::new(config));
        shared.state().loose = loose::read_all(&shared.config.data)?;
        let driver = QemuDriver { shared, runtime: Some(runtime) };
        for (server, folder) in folder::all(&driver.shared.config.data)? {
            match Record::read(folder.path()) {
                Ok(record) if record.server == server => driver.take_in(folder, record),
                // It was being made when the last daemon ended: whoever ordered it asks again.
                Err(error) if error.kind() == io::ErrorKind::NotFound => folder.remove()?,
                Ok(_) => return Err(io::Error::other(format!("{server} is not in its folder"))),
                Err(error) => {
                    return Err(io::Error::new(error.kind(), format!("machine {server}: {error}")));
                }
            }
        }
        Ok(driver)
    }

    /// A machine that an earlier daemon made.
    fn take_in(&self, folder: Folder, record: Record) {
        let power = match record.process {
            Some(id) if process::runs(id) => Power::Running,
            Some(_) | None => Power::Stopped,
        };
        let shape = Shape { vcpus: record.vcpus, ram_mib: record.ram_mib };
        let mut state = self.shared.state();
        let home = state.hosts.number(&record.host).or_else(|| state.hosts.choose_anyhow(shape));
        let Some(host) = home else { return };
        state.hosts.take(host, shape);
        let (calls, inbox) = mpsc::unbounded_channel();
        let finding = Some(record.finding(power));
        let (server, number) = (record.server, record.number);
        let entry = Entry { number, host, shape, finding, agent: false, calls };
        state.machines.insert(server, entry);
        drop(state);
        let machine = Machine::found(self.shared.clone(), folder, record);
        self.spawn(machine.live(inbox));
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(task);
        }
    }

    fn report(&self, step: StepRef, result: Result<Done, DriverError>) {
        self.shared.report(StepReport { step, result });
    }

    fn receive(&self, call: StepCall) {
        let step = call.step;
        match &call.verb {
            Verb::Provision { server, plan } => {
                if let Err(rejection) = self.make_room(*server, plan) {
                    return self.report(step, Err(DriverError::Rejected(rejection)));
                }
                self.pass_on(*server, call);
            }
            Verb::Remove { server, disks }
                if !self.shared.state().machines.contains_key(server) =>
            {
                let gone = disks.iter().try_for_each(|disk| loose::remove_now(&self.shared, *disk));
                let why = |error| Rejection::Failed(format!("its disks: {error}").into());
                let gone = gone.map_err(|error| DriverError::Rejected(why(error)));
                self.report(step, gone.map(|()| Done::default()));
            }
            Verb::Run { server, .. }
            | Verb::Stop { server, .. }
            | Verb::Reboot { server, .. }
            | Verb::Crash { server, .. }
            | Verb::Remove { server, .. }
            | Verb::Shape { server, .. }
            | Verb::Place { server, .. }
            | Verb::Password { server, .. }
            | Verb::Image { server, .. }
            | Verb::Nics { server, .. }
            | Verb::Disks { server, .. } => self.pass_on(*server, call),
            Verb::Disk { disk } => {
                let (shared, disk) = (self.shared.clone(), disk.clone());
                self.spawn(async move {
                    let result = loose::ensure(&shared, disk).await;
                    shared.report(StepReport { step, result });
                });
            }
            Verb::NoDisk { volume } => {
                let (shared, volume) = (self.shared.clone(), *volume);
                self.spawn(async move {
                    let result = loose::remove(&shared, volume).await;
                    shared.report(StepReport { step, result });
                });
            }
            Verb::Capture { server, .. } | Verb::Key { server, .. } => {
                let known = self.shared.state().machines.contains_key(server);
                let why = if known {
                    Rejection::Failed("real machines make no images and change no keys yet".into())
                } else {
                    Rejection::Missing
                };
                self.report(step, Err(DriverError::Rejected(why)));
            }
            Verb::CopyImage { .. } => {
                let story = "real machines make no images yet".into();
                self.report(step, Err(DriverError::Rejected(Rejection::Failed(story))));
            }
            // A balancer is what the plane says of it: it has no address that a guest could reach, so
            // there is nothing to make true.
            Verb::NoImage { image: _ }
            | Verb::Balance { balancer: _ }
            | Verb::Unbalance { balancer: _ } => self.report(step, Ok(Done::default())),
        }
    }

    /// The machine's own task does the rest, one thing after the other.
    fn pass_on(&self, server: ServerId, call: StepCall) {
        let step = call.step;
        let passed = match self.shared.state().machines.get(&server) {
            Some(entry) => entry.calls.send(call).is_ok(),
            None => false,
        };
        if !passed {
            self.report(step, Err(DriverError::Rejected(Rejection::Missing)));
        }
    }

    /// Finds a host for a new machine and begins its task, unless it is there already.
    fn make_room(&self, server: ServerId, plan: &Provision) -> Result<(), Rejection> {
        let mut state = self.shared.state();
        if state.machines.contains_key(&server) {
            return Ok(());
        }
        let shape = Shape::from(&*plan.flavor);
        let taken = state.hosts_of(&plan.apart_from);
        let host = state.hosts.choose(&plan.zone, shape, &taken).ok_or(Rejection::NoCapacity)?;
        state.hosts.take(host, shape);
        let name = state.hosts.name(host).clone();
        let (calls, inbox) = mpsc::unbounded_channel();
        let number = state.free_number();
        let entry = Entry { number, host, shape, finding: None, agent: false, calls };
        state.machines.insert(server, entry);
        drop(state);
        let machine = Machine::unmade(self.shared.clone(), server, number, name);
        self.spawn(machine.live(inbox));
        Ok(())
    }
}

impl Driver for QemuDriver {
    fn hosts(&self) -> Vec<Host> {
        self.shared.state().hosts.list()
    }

    /// What is in the folder is known better than what is told. Where the two differ, the engine is
    /// told to look.
    fn adopt(&mut self, known: &mut dyn Iterator<Item = Adoption>) {
        for Adoption { finding, flavor: _ } in known {
            let found = self.inspect(finding.server);
            if found.is_none_or(|found| found.power != finding.power) {
                self.shared.changed(finding.server);
            }
        }
    }

    fn begin(&mut self, _now: Time, calls: Vec<StepCall>) {
        calls.into_iter().for_each(|call| self.receive(call));
    }

    fn collect(&mut self, _now: Time) -> Vec<StepReport> {
        self.shared.take_reports()
    }

    fn next_due(&self) -> Option<Time> {
        self.shared.has_news().then_some(Time::ZERO)
    }

    fn inspect(&self, server: ServerId) -> Option<Finding> {
        self.shared.state().machines.get(&server)?.finding.clone()
    }

    fn inspect_disk(&self, volume: VolumeId) -> Option<LooseDisk> {
        self.shared.state().loose.get(&volume).cloned()
    }

    fn has_image(&self, _image: ImageId) -> bool {
        false
    }

    fn wake_by(&mut self, wake: Wake) {
        self.shared.wake_by(wake);
    }

    fn changed(&mut self) -> Vec<ServerId> {
        self.shared.take_changed()
    }

    fn list(&self) -> Vec<ServerId> {
        let state = self.shared.state();
        let made = state.machines.iter().filter(|(_, entry)| entry.finding.is_some());
        made.map(|(server, _)| *server).collect()
    }

    fn machines(&self) -> Arc<dyn Machines> {
        Arc::new(Sight(self.shared.clone()))
    }
}

struct Sight(Arc<Shared>);

impl Machines for Sight {
    fn console(&self, server: &Server) -> Option<String> {
        self.0.state().machines.get(&server.id)?.finding.as_ref()?;
        Some(Folder::of(&self.0.config.data, server.id).console())
    }

    fn has_agent(&self, server: ServerId) -> bool {
        self.0.state().machines.get(&server).is_some_and(|entry| entry.agent)
    }
}

/// Whether what real machines need is there: an early word where a late one would be a riddle.
pub fn check_programs(config: &QemuConfig) -> Result<(), String> {
    for program in [&config.qemu, &config.qemu_img] {
        let there = if program.components().count() > 1 {
            fs::metadata(program).is_ok()
        } else {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
        };
        if !there {
            return Err(format!("{} is not installed", program.display()));
        }
    }
    Ok(())
}
