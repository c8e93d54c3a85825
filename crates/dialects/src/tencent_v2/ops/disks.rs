//! `DescribeCbsStorages`.

use regiment_core::model::{ProjectId, Server};
use regiment_core::view::View;
use regiment_core::world::{AnyDisk, DiskState, World};
use serde::Serialize;

use super::servers::{self, Page};
use crate::Action;
use crate::tencent::zones::Zones;
use crate::tencent::{charging, disks, hints, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{task, times};

const STATUSES: [&str; 7] =
    ["normal", "toRecycle", "attaching", "detaching", "snapshotCreating", "rollback", "expanding"];

/// What is looked for; empty and absent are anything.
struct Filter {
    ids: Vec<String>,
    instances: Vec<String>,
    statuses: Vec<String>,
    disk_type: Option<String>,
    pay_mode: Option<String>,
    storage_type: Option<String>,
    portable: Option<u32>,
    project: Option<u32>,
    zone: Option<u32>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let (filter, page) = (Filter::read(&fields)?, Page::read(&fields)?);
    let project = call.project();
    Ok(Action::look(move |view| task::shown(Ok(list(view, project, &filter, page)))))
}

impl Filter {
    fn read(fields: &Fields<'_>) -> Result<Filter, Refusal> {
        let one_of = |name: &str, known: &[&str]| match fields.text(name) {
            Some(word) if !known.contains(&word) => {
                Err(fields.bad(name, format!("must be one of {}", known.join(", "))))
            }
            word => Ok(word.map(str::to_owned)),
        };
        let statuses = servers::values(fields, "storageStatus")?;
        if statuses.iter().any(|status| !STATUSES.contains(&status.as_str())) {
            let why = format!("must each be one of {}", STATUSES.join(", "));
            return Err(fields.bad("storageStatus", why));
        }
        Ok(Filter {
            ids: servers::values(fields, "storageIds")?,
            instances: servers::values(fields, "uInstanceIds")?,
            statuses,
            disk_type: one_of("diskType", &["root", "data"])?,
            pay_mode: one_of("payMode", &["prePay", "postPay"])?,
            storage_type: fields.text("storageType").map(str::to_owned),
            portable: fields.number("portable", 0..=1)?,
            project: fields.number("projectId", 0..=u32::MAX)?,
            zone: fields.number("zoneId", 0..=u32::MAX)?,
        })
    }

    fn takes(&self, item: &Item, server: Option<&Server>) -> bool {
        let is_on = |wanted: &String| {
            server.is_some_and(|server| {
                *wanted == ids::instance(server.id.handle())
                    || *wanted == ids::instance_long(server.id)
            })
        };
        let is =
            |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|wanted| wanted == own);
        (self.ids.is_empty() || self.ids.contains(&item.storage_id))
            && (self.instances.is_empty() || self.instances.iter().any(is_on))
            && (self.statuses.is_empty()
                || self.statuses.iter().any(|status| status == item.storage_status))
            && is(&self.disk_type, item.disk_type)
            && is(&self.pay_mode, item.pay_mode)
            && is(&self.storage_type, item.storage_type)
            && self.portable.is_none_or(|portable| portable == item.portable)
            && self.project.is_none_or(|project| project == item.project_id)
            && self.zone.is_none_or(|zone| zone == item.zone_id)
    }
}

#[derive(Serialize)]
struct List {
    #[serde(rename = "totalCount")]
    total: usize,
    #[serde(rename = "storageSet")]
    disks: Vec<Item>,
}

/// Newest first, like instances.
fn list(view: &View<'_>, project: ProjectId, filter: &Filter, page: Page) -> List {
    let world = view.world;
    let zones = Zones::of(world);
    let mut found: Vec<(AnyDisk<'_>, Item)> = world
        .all_disks(project)
        // What could not be made was refused, not sold.
        .filter(|disk| !(disk.is_alone() && disk.state(world) == DiskState::Failed))
        .filter_map(|disk| {
            let server = holder(world, disk);
            let item = Item::of(view, &zones, disk, server);
            filter.takes(&item, server).then_some((disk, item))
        })
        .collect();
    found.sort_by_key(|(disk, _)| std::cmp::Reverse((disk.created_at(), disk.id())));
    let (total, part) = page.of(found);
    List { total, disks: part.map(|(_, item)| item).collect() }
}

/// The instance that has a disk; the first, of a disk that another dialect has put into several.
fn holder<'w>(world: &'w World, disk: AnyDisk<'w>) -> Option<&'w Server> {
    match disk {
        AnyDisk::Loose(disk) => world.server_or_recycled(disk.attached_to.first()?.server),
        AnyDisk::Of(server, _) => Some(server),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    storage_id: String,
    u_instance_id: Option<String>,
    storage_name: String,
    project_id: u32,
    disk_type: &'static str,
    storage_type: &'static str,
    storage_status: &'static str,
    zone_id: u32,
    create_time: String,
    storage_size: u32,
    /// There are no snapshots.
    snapshot_ability: u32,
    pay_mode: &'static str,
    portable: u32,
    attached: u32,
    deadline_time: String,
}

impl Item {
    fn of(view: &View<'_>, zones: &Zones, disk: AnyDisk<'_>, server: Option<&Server>) -> Item {
        let world = view.world;
        let said = match disk {
            AnyDisk::Loose(disk) => &disk.hints,
            AnyDisk::Of(server, _) => &server.details.hints,
        };
        let paid_until = charging::paid_until(said, view.now);
        let project_id = hints::number_in(said, hints::PROJECT);
        let recycled = server.is_some_and(|server| world.server(server.id).is_none());
        Item {
            storage_id: ids::disk(disk.id()),
            u_instance_id: server.map(|server| ids::instance(server.id.handle())),
            storage_name: disk.name(),
            project_id,
            disk_type: if matches!(disk, AnyDisk::Of(_, 0)) { "root" } else { "data" },
            storage_type: disks::module_word(disk.class()),
            storage_status: if recycled { "toRecycle" } else { status(disk.state(world)) },
            zone_id: zones.number(disk.zone()),
            create_time: times::beijing(disk.created_at()),
            storage_size: disk.size(),
            snapshot_ability: 0,
            pay_mode: if paid_until.is_some() { "prePay" } else { "postPay" },
            portable: u32::from(matches!(disk, AnyDisk::Loose(_))),
            attached: u32::from(server.is_some()),
            deadline_time: paid_until.map_or_else(|| times::NEVER.to_owned(), times::beijing),
        }
    }
}

const fn status(state: DiskState) -> &'static str {
    match state {
        DiskState::Attaching => "attaching",
        DiskState::Detaching => "detaching",
        DiskState::Extending => "expanding",
        DiskState::Deleting | DiskState::Stuck => "toRecycle",
        // Whether its instance works is the instance's to show.
        DiskState::Creating | DiskState::Failed | DiskState::Available | DiskState::InUse => {
            "normal"
        }
    }
}
