//! `ResizeInstance` and `ResizeInstanceHour`: upwards only, and the instance must be shut down.

use std::collections::BTreeMap;

use regiment_core::command::TargetRef;
use regiment_core::model::{JobId, Server};
use regiment_core::ops::{ExtendVolumes, Operation, Resize, Running};
use regiment_core::view::View;
use regiment_core::world::World;
use serde::Serialize;

use crate::Action;
use crate::tencent::shapes;
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{charges, task};

/// Gigabytes of a data disk, which go in tens.
const STORAGE_MAX: u32 = 16_000;
const STORAGE_STEP: u32 = 10;

/// What is wanted of the instance; absent is as it is.
struct Wanted {
    instance: String,
    cpu: Option<u32>,
    mem_gib: Option<u32>,
    storage_gib: Option<u32>,
}

/// A deal has the number of its task.
#[derive(Serialize)]
pub struct Deals {
    #[serde(rename = "dealIds")]
    ids: [u64; 1],
}

impl Deals {
    pub const fn of(job: JobId) -> Deals {
        Deals { ids: [job.0] }
    }
}

/// `ResizeInstanceHour`.
pub fn decode_hour(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted = Wanted::read(&call.fields())?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(charges::by_use(view.world, issuer.project, &wanted.instance).and_then(
            |server| {
                let operation = wanted.operation(view, server)?;
                Ok(task::order_plain(command(&issuer, server, operation), "ok"))
            },
        ))
    }))
}

/// `ResizeInstance`: of an instance paid for in advance.
pub fn decode_prepaid(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    if fields.text("bandwidth").is_some() {
        return Err(fields.bad("bandwidth", "is changed by UpdateInstanceBandwidth"));
    }
    let wanted = Wanted::read(&fields)?;
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(charges::prepaid(view.world, issuer.project, &wanted.instance).and_then(
            |server| {
                let operation = wanted.operation(view, server)?;
                let command = command(&issuer, server, operation);
                Ok(task::order(command, "ok", |job, _, _| Deals::of(job)))
            },
        ))
    }))
}

fn command(
    issuer: &Issuer,
    server: &Server,
    operation: Operation,
) -> regiment_core::command::Command {
    issuer.command(operation, vec![TargetRef::Server(server.id)])
}

impl Wanted {
    fn read(fields: &Fields<'_>) -> Result<Wanted, Refusal> {
        let wanted = Wanted {
            instance: fields.need("instanceId")?.to_owned(),
            cpu: fields.number("cpu", 1..=u32::MAX)?,
            mem_gib: fields.number("mem", 1..=u32::MAX)?,
            storage_gib: fields.number("storageSize", 0..=STORAGE_MAX)?,
        };
        if wanted.cpu.is_none() && wanted.mem_gib.is_none() && wanted.storage_gib.is_none() {
            return Err(Refusal::Missing("cpu".to_owned()));
        }
        if wanted.storage_gib.is_some_and(|size| !size.is_multiple_of(STORAGE_STEP)) {
            return Err(fields.bad("storageSize", format!("must be a multiple of {STORAGE_STEP}")));
        }
        Ok(wanted)
    }

    /// The configuration or the data disk: what is said as it is does not count.
    fn operation(&self, view: &View<'_>, server: &Server) -> Result<Operation, Refusal> {
        let storage = self.storage_gib.filter(|size| *size != storage_gib(server));
        let shape = self.cpu.is_some() || self.mem_gib.is_some();
        match storage {
            None => self.resize(view.world, server),
            Some(_) if shape => Err(Refusal::Unreadable(
                "the configuration and the data disk are changed one after the other",
            )),
            Some(size_gib) => {
                let disk = server.details.volumes.get(1).ok_or(Refusal::Unreadable(
                    "the instance has no data disk that could be made larger",
                ))?;
                let sizes = BTreeMap::from([(disk.id, size_gib)]);
                let running = Running::Refuses;
                Ok(Operation::ExtendVolumes(ExtendVolumes { sizes, running }))
            }
        }
    }

    fn resize(&self, world: &World, server: &Server) -> Result<Operation, Refusal> {
        let old = world.flavor(&server.flavor);
        let (cpu, mem_gib, class) =
            old.map_or((1, 1, "normal"), |old| (old.vcpus, shapes::mem_gib(old), &*old.class));
        let cpu = self.cpu.unwrap_or(cpu);
        let flavor = shapes::find(world, cpu, self.mem_gib.unwrap_or(mem_gib), class)?;
        Ok(Operation::Resize(Resize {
            flavor: flavor.name.clone(),
            stop_first: false,
            upgrade_only: true,
            on_trial: false,
        }))
    }
}

/// The size of the data disk; 0 when there is none.
fn storage_gib(server: &Server) -> u32 {
    server.details.volumes.get(1).map_or(0, |volume| volume.size_gib)
}
