use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::ops::{CreateDisks, Operation};
use serde::Serialize;

use crate::tencent::zones::Zones;
use crate::tencent::{disks, hints, ids};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, task};
use crate::{Action, charging};

/// Disks in one call. The vendor's page leaves it to a quota; this is what its console sells at once.
const GOODS_MAX: u32 = 50;
/// Gigabytes, in tens; SSDs begin at 100.
pub const SIZE_MAX: u32 = 4_000;
const STEP: u32 = 10;

#[derive(Serialize)]
struct Made {
    #[serde(rename = "storageIds")]
    ids: Vec<String>,
}

/// `CreateCbsStorages`: elastic disks, paid in advance.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let class = class(&fields)?;
    if fields.need("payMode")? != "prePay" {
        return Err(fields.bad("payMode", "must be prePay"));
    }
    if fields.text("snapshotId").is_some() {
        return Err(fields.bad("snapshotId", "names no snapshot: there are none"));
    }
    let least = if class == "CLOUD_SSD" { 100 } else { 10 };
    let size_gib = size(&fields, least)?;
    let count = fields.need_number("goodsNum", 1..=GOODS_MAX)?;
    let period = fields.need_number("period", 1..=36)?;
    let zone = fields.need_number("zoneId", 0..=u32::MAX)?;
    let said: BTreeMap<Arc<str>, Arc<str>> = [
        (charging::UNTIL, charging::months_after(call.context.now, period).0.to_string()),
        (hints::PROJECT, fields.number("projectId", 0..=u32::MAX)?.unwrap_or(0).to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), value.into()))
    .collect();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let Some(zone) = Zones::of(view.world).name(zone).cloned() else {
            return task::settled(Err(Refusal::ZoneUnknown));
        };
        let operation = Operation::CreateDisks(CreateDisks {
            names: vec![names::UNNAMED.into(); count as usize],
            description: "".into(),
            zone,
            size_gib,
            class: class.into(),
            shareable: false,
            metadata: BTreeMap::new(),
            tags: Vec::new(),
            hints: said,
        });
        task::order_and_wait(issuer.command(operation, Vec::new()), "", |_, receipt, _| Made {
            ids: receipt.disks().map(ids::disk).collect(),
        })
    }))
}

/// Disks that stand alone are in the cloud.
fn class(fields: &Fields<'_>) -> Result<&'static str, Refusal> {
    let word = fields.need("storageType")?;
    let known = disks::class_of(word).filter(|class| class.starts_with("CLOUD"));
    known.ok_or_else(|| fields.bad("storageType", "must be cloudBasic, cloudPremium or cloudSSD"))
}

/// The size in gigabytes, which goes in tens.
pub fn size(fields: &Fields<'_>, least: u32) -> Result<u32, Refusal> {
    let size = fields.need_number("storageSize", least..=SIZE_MAX)?;
    if !size.is_multiple_of(STEP) {
        return Err(fields.bad("storageSize", format!("must be a multiple of {STEP}")));
    }
    Ok(size)
}
