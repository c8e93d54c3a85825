//! `POST /v2.1/{project_id}/cloudvolumes/{volume_id}/action` with `os-extend`, and the same under `/v2/`

use regiment_core::ops::{ExtendDisks, Operation};
use serde::Deserialize;

use super::create_disks::size_gib;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::{Whole, read};
use crate::huawei::evs::order_on_disk;
use crate::huawei::faults::Row;

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "os-extend")]
    extend: Options,
}

#[derive(Deserialize)]
struct Options {
    new_size: Whole,
}

pub(in crate::huawei::evs) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let body = read(call.request.body).map_err(|row| Row { code: "EVS.1011", ..row })?;
    let Body { extend: Options { new_size } } = body;
    let extend = ExtendDisks { size_gib: size_gib(Some(new_size))? };
    Ok(order_on_disk(call, id, Operation::ExtendDisks(extend), 202))
}
