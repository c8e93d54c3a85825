//! The engine alone: no HTTP, no disk. Shows what a server-operation costs in the core, and that
//! the cost does not grow with the fleet.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use regiment_core::apply::Change;
use regiment_core::command::{Command, TargetRef};
use regiment_core::engine::{Engine, Inbox, Settings};
use regiment_core::model::{
    Details, Flavor, Image, ImageId, ImageSource, OsFamily, Phase, Power, Project, ProjectId,
    Quota, RecycleBin, RequestId, Server, ServerId, Time,
};
use regiment_core::ops::{Force, Operation, Start, Stop};
use regiment_core::vault::{Sealed, Secret, Vault};
use regiment_core::world::World;
use regiment_drivers::sim::{SimConfig, SimDriver};
use regiment_stores::MemoryStore;

const PROJECT: ProjectId = ProjectId(1);

struct NoVault;

impl Vault for NoVault {
    fn seal(&self, _secret: &Secret) -> Sealed {
        Sealed(Vec::new())
    }

    fn open(&self, _sealed: &Sealed) -> Option<Secret> {
        None
    }
}

/// What one run came to, in nanoseconds for each server.
struct Cost {
    accept_ns: f64,
    whole_ns: f64,
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn seeds(fleet: usize) -> Vec<Change> {
    let details = Arc::new(Details { zone: "zone-1".into(), ..Details::default() });
    let servers = (1..=fleet as u64)
        .map(|number| Server {
            // Spread like random ids, so that look-ups miss the cache as real ones do.
            id: ServerId(u128::from(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)) << 20 | 0x1000),
            project: PROJECT,
            order: number,
            name: format!("server-{number}").into(),
            flavor: "small".into(),
            image: ImageId(1),
            host: None,
            power: Power::Running,
            phase: Phase::Ready,
            busy: None,
            image_generation: 1,
            password_generation: 1,
            created_at: Time::ZERO,
            updated_at: Time::ZERO,
            launched_at: None,
            fault: None,
            last: None,
            orders: Vec::new(),
            details: details.clone(),
        })
        .collect();
    vec![
        Change::ProjectAdded(Project {
            id: PROJECT,
            name: "bench".into(),
            quota: Quota::default(),
            recycle_bin: RecycleBin::default(),
        }),
        Change::FlavorAdded(Flavor {
            name: "small".into(),
            vcpus: 1,
            ram_mib: 1024,
            class: "normal".into(),
        }),
        Change::ImageAdded(Image {
            id: ImageId(1),
            name: "Linux".into(),
            family: OsFamily::Linux,
            os: "Linux".into(),
            disk_gib_min: 40,
            source: ImageSource::Public,
            admin_user: "root".into(),
            created_at: Time::ZERO,
        }),
        Change::ServersAdded(servers),
    ]
}

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
pub fn report() -> Result<()> {
    let mut base = None;
    for (fleet, batch) in [(1_000, 1), (1_000, 100), (1_000, 1_000), (1_000_000, 1_000)] {
        let Cost { accept_ns, whole_ns } = run(fleet, batch, 2_000_000)?;
        if batch == 1_000 {
            base.get_or_insert(whole_ns);
        }
        let ratio = base.map_or(String::new(), |base| {
            format!(", {:.2} of the smaller fleet's", whole_ns / base)
        });
        println!(
            "  fleet {fleet:>7}, batch {batch:>5}: accept {accept_ns:>6.0} ns, to the end {whole_ns:>6.0} ns a server{ratio}"
        );
    }
    Ok(())
}

/// Stops and starts the whole fleet in batches, until `operations` server-operations are done.
fn run(fleet: usize, batch: usize, operations: usize) -> Result<Cost> {
    let driver = SimDriver::new(SimConfig::for_zones(["zone-1"]));
    let mut engine = Engine::open(
        Box::new(MemoryStore::forgetful()),
        Box::new(driver),
        Arc::new(NoVault),
        Settings::default(),
        7,
        now(),
    )
    .context("open the engine")?;
    let mut published = engine.world().clone();
    turn(&mut engine, &mut published, Inbox { seeds: seeds(fleet), ..Inbox::new() })?;
    let ids: Vec<ServerId> = engine.world().servers().map(|server| server.id).collect();

    let mut request = 0u128;
    let (mut accept_ns, mut whole_ns, mut done) = (0u128, 0u128, 0usize);
    let mut running = true;
    while done < operations {
        let operation = if running {
            Operation::Stop(Stop { force: Force::Soft })
        } else {
            Operation::Start(Start {})
        };
        for targets in ids.chunks(batch) {
            let targets = targets.iter().map(|id| TargetRef::Server(*id)).collect::<Vec<_>>();
            done += targets.len();
            request += 1;
            let command = Command::new(
                PROJECT,
                "bench".into(),
                "bench",
                RequestId(request),
                operation.clone(),
                targets,
            );
            let began = Instant::now();
            let commands = vec![((), command)];
            turn(&mut engine, &mut published, Inbox { commands, ..Inbox::new() })?;
            accept_ns += began.elapsed().as_nanos();
            while engine.world().sub_jobs_in_flight() > 0 {
                turn(&mut engine, &mut published, Inbox::new())?;
            }
            whole_ns += began.elapsed().as_nanos();
        }
        running = !running;
    }
    let off = engine.world().servers().filter(|one| one.power == Power::Stopped).count();
    ensure!(off == if running { 0 } else { fleet }, "the fleet did not do as ordered");
    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    let each = |ns: u128| ns as f64 / done as f64;
    Ok(Cost { accept_ns: each(accept_ns), whole_ns: each(whole_ns) })
}

fn turn(engine: &mut Engine, published: &mut World, inbox: Inbox<()>) -> Result<()> {
    let turn = engine.turn(now(), inbox).context("turn")?;
    for change in &turn.changes {
        published.apply(change);
    }
    Ok(())
}
