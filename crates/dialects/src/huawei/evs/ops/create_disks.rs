//! `POST /v2.1/{project_id}/cloudvolumes`, and the same under `/v2/`

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::command::Receipt;
use regiment_core::model::{Tag, VolumeId};
use regiment_core::ops::{CreateDisks, Operation};
use regiment_core::view::View;
use serde::{Deserialize, Serialize};

use crate::huawei::answer::Reply;
use crate::huawei::body::{Flag, Whole, read};
use crate::huawei::evs::faults::{invalid, missing, row};
use crate::huawei::faults::Row;
use crate::huawei::fields::{VOLUME_TYPES, said, token};
use crate::huawei::limits::{
    DATA_VOLUME_GIB, DISK_METADATA_CHARS_MAX, DISK_NAME_BYTES_MAX, DISK_TAGS_MAX, DISKS_CREATE_MAX,
    TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX,
};
use crate::huawei::{Call, ids, job_id};
use crate::{Action, Answer};

type Hints = BTreeMap<Arc<str>, Arc<str>>;

/// Under these names a disk keeps what is told of it again.
pub(in crate::huawei::evs) const HINT_ENTERPRISE: &str = "evs.enterprise_project";
pub(in crate::huawei::evs) const HINT_IOPS: &str = "evs.iops";
pub(in crate::huawei::evs) const HINT_THROUGHPUT: &str = "evs.throughput";
pub(in crate::huawei::evs) const HINT_ORDER: &str = "evs.order";

#[derive(Deserialize)]
struct Body {
    volume: Wanted,
    server_id: Option<String>,
    #[serde(rename = "bssParam")]
    paid: Option<Paid>,
    #[serde(rename = "OS-SCH-HNT:scheduler_hints")]
    scheduler_hints: Option<SchedulerHints>,
}

#[derive(Deserialize)]
struct Paid {
    #[serde(rename = "chargingMode")]
    mode: Option<String>,
    #[serde(rename = "periodType")]
    period: Option<String>,
    #[serde(rename = "periodNum")]
    periods: Option<Whole>,
}

#[derive(Deserialize)]
struct SchedulerHints {
    dedicated_storage_id: Option<String>,
}

#[derive(Deserialize)]
struct Wanted {
    availability_zone: String,
    size: Option<Whole>,
    volume_type: String,
    name: Option<String>,
    description: Option<String>,
    count: Option<Whole>,
    #[serde(default)]
    multiattach: Flag,
    metadata: Option<BTreeMap<String, String>>,
    tags: Option<BTreeMap<String, String>>,
    snapshot_id: Option<String>,
    backup_id: Option<String>,
    #[serde(rename = "imageRef")]
    image: Option<String>,
    iops: Option<Whole>,
    throughput: Option<Whole>,
    enterprise_project_id: Option<String>,
}

pub(in crate::huawei::evs) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let body = read(call.request.body).map_err(|row| Row { code: "EVS.1009", ..row })?;
    let Body { volume, server_id, paid, scheduler_hints } = body;
    let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if said(&server_id) {
        return Err(invalid("server_id: a disk is not attached as it is made here."));
    }
    if let Some(pool) = scheduler_hints.and_then(|hints| hints.dedicated_storage_id) {
        return Err(missing("Dedicated storage pool", &pool));
    }
    let mut create = volume.order()?;
    if paid.map(prepaid).transpose()? == Some(true) {
        let order = ids::order(call.context.now, call.context.request);
        create.hints.insert(HINT_ORDER.into(), order.into());
    }
    let mut command = call.command(Operation::CreateDisks(create), Vec::new());
    command.token = token(call)?;
    let reply = call.reply;
    Ok(Action::order(command, move |receipt, view| match receipt {
        Ok(receipt) => accepted(reply, receipt, view),
        Err(fault) => reply.refuse(&row(fault)),
    }))
}

#[derive(Serialize)]
struct Accepted {
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    volume_ids: Vec<VolumeId>,
}

/// What is paid for by use is told its job, what is paid for in advance its order.
fn accepted(reply: Reply, receipt: &Receipt, view: &View<'_>) -> Answer {
    let volume_ids: Vec<VolumeId> = receipt.disks().collect();
    let job = receipt.job.and_then(|id| view.job(id));
    let order_id = job.as_ref().and_then(|job| {
        let Operation::CreateDisks(create) = &job.operation else { return None };
        create.hints.get(HINT_ORDER).map(ToString::to_string)
    });
    let job_id = receipt.job.filter(|_| order_id.is_none());
    let job_id = job_id.map(|id| job_id::write(view.world, id.0));
    reply.json(202, &Accepted { job_id, order_id, volume_ids })
}

fn prepaid(paid: Paid) -> Result<bool, Row> {
    let Paid { mode, period, periods } = paid;
    match mode.as_deref() {
        None | Some("postPaid") => return Ok(false),
        Some("prePaid") => {}
        Some(_) => return Err(invalid("chargingMode must be prePaid or postPaid.")),
    }
    let longest = match period.as_deref() {
        Some("month") => 9,
        Some("year") => 1,
        Some(_) | None => return Err(invalid("periodType must be month or year.")),
    };
    match periods {
        Some(Whole(number)) if (1..=longest).contains(&number) => Ok(true),
        Some(_) | None => Err(invalid(format!("periodNum must be from 1 to {longest}."))),
    }
}

impl Wanted {
    fn order(self) -> Result<CreateDisks, Row> {
        let Wanted {
            availability_zone,
            size,
            volume_type,
            name,
            description,
            count,
            multiattach: Flag(shareable),
            metadata,
            tags,
            snapshot_id,
            backup_id,
            image,
            iops,
            throughput,
            enterprise_project_id,
        } = self;
        if let Some(id) = said(snapshot_id) {
            return Err(missing("Snapshot", &id));
        }
        if let Some(id) = said(backup_id) {
            return Err(missing("Backup", &id));
        }
        if said(image).is_some() {
            return Err(invalid("imageRef: a disk with a system is made with its server here."));
        }
        let count = match count {
            None => 1,
            Some(Whole(count @ 1..=DISKS_CREATE_MAX)) => usize::try_from(count).unwrap_or(1),
            Some(_) => {
                return Err(invalid(format!("count must be from 1 to {DISKS_CREATE_MAX}.")));
            }
        };
        let mut hints = performance(&volume_type, iops, throughput)?;
        if let Some(id) = said(enterprise_project_id) {
            hints.insert(HINT_ENTERPRISE.into(), id.into());
        }
        Ok(CreateDisks {
            names: names(name.unwrap_or_default(), count)?,
            description: check_description(description.unwrap_or_default())?,
            zone: availability_zone.into(),
            size_gib: size_gib(size)?,
            class: check_class(&volume_type)?.into(),
            shareable,
            metadata: check_metadata(metadata.unwrap_or_default())?,
            tags: check_tags(tags.unwrap_or_default())?,
            hints,
        })
    }
}

pub(in crate::huawei::evs) fn size_gib(size: Option<Whole>) -> Result<u32, Row> {
    let fits = |Whole(size): &Whole| DATA_VOLUME_GIB.contains(size);
    let size = size.filter(fits).and_then(|Whole(size)| u32::try_from(size).ok());
    size.ok_or_else(|| {
        let (least, most) = (DATA_VOLUME_GIB.start(), DATA_VOLUME_GIB.end());
        Row::new("EVS.1010", 400, "").saying(format!("size must be from {least} to {most}."))
    })
}

pub(in crate::huawei::evs) fn check_class(class: &str) -> Result<&str, Row> {
    if VOLUME_TYPES.contains(&class) {
        Ok(class)
    } else {
        Err(invalid(format!("volume_type must be one of {VOLUME_TYPES:?}.")))
    }
}

pub(in crate::huawei::evs) fn check_name(name: &str, bytes_max: usize) -> Result<(), Row> {
    if name.len() > bytes_max || name.chars().any(char::is_control) {
        let message = format!("name must have at most {bytes_max} printable bytes.");
        return Err(Row::new("EVS.1003", 400, "").saying(message));
    }
    Ok(())
}

/// Several are numbered.
fn names(name: String, count: usize) -> Result<Vec<Arc<str>>, Row> {
    if count == 1 {
        check_name(&name, DISK_NAME_BYTES_MAX)?;
        return Ok(vec![name.into()]);
    }
    // Five are kept for the number.
    check_name(&name, DISK_NAME_BYTES_MAX - 5)?;
    let stem = if name.is_empty() { "volume" } else { &name };
    Ok((1..=count).map(|number| format!("{stem}-{number:04}").into()).collect())
}

pub(in crate::huawei::evs) fn check_description(text: String) -> Result<Arc<str>, Row> {
    if text.len() > DISK_NAME_BYTES_MAX || text.contains(['<', '>']) {
        let message =
            format!("description must have at most {DISK_NAME_BYTES_MAX} bytes, no < or >.");
        return Err(Row::new("EVS.1004", 400, "").saying(message));
    }
    Ok(text.into())
}

pub(in crate::huawei::evs) fn check_metadata(
    given: BTreeMap<String, String>,
) -> Result<Hints, Row> {
    let pair = |(key, value): (String, String)| {
        let fits = (1..=DISK_METADATA_CHARS_MAX).contains(&key.chars().count())
            && value.chars().count() <= DISK_METADATA_CHARS_MAX;
        if fits {
            Ok((key.into(), value.into()))
        } else {
            Err(invalid("metadata: a key or a value is too long."))
        }
    };
    given.into_iter().map(pair).collect()
}

fn check_tags(given: BTreeMap<String, String>) -> Result<Vec<Tag>, Row> {
    if given.len() > DISK_TAGS_MAX {
        return Err(invalid(format!("a disk can have at most {DISK_TAGS_MAX} tags.")));
    }
    let tag = |(key, value): (String, String)| {
        let fits = (1..=TAG_KEY_CHARS_MAX).contains(&key.chars().count())
            && value.chars().count() <= TAG_VALUE_CHARS_MAX;
        if fits {
            Ok(Tag { key: key.into(), value: value.into() })
        } else {
            Err(invalid("tags: a key or a value has a wrong length."))
        }
    };
    given.into_iter().map(tag).collect()
}

/// What the newer kinds are ordered with, and no other is.
fn performance(class: &str, iops: Option<Whole>, throughput: Option<Whole>) -> Result<Hints, Row> {
    let mut hints = Hints::new();
    for (what, given, wanted, hint) in [
        ("iops", iops, matches!(class, "GPSSD2" | "ESSD2"), HINT_IOPS),
        ("throughput", throughput, class == "GPSSD2", HINT_THROUGHPUT),
    ] {
        match given {
            None if wanted => return Err(invalid(format!("{what} is needed for {class}."))),
            Some(_) if !wanted => return Err(invalid(format!("{what} is not for {class}."))),
            Some(Whole(number @ 1..)) => {
                hints.insert(hint.into(), number.to_string().into());
            }
            Some(Whole(_)) => return Err(invalid(format!("{what} must be positive."))),
            None => {}
        }
    }
    Ok(hints)
}
