//! `POST …/cloudservers/action`: one path for three operations, told apart by the body's one key.

use serde::Deserialize;

use super::{reboot, start, stop};
use crate::Action;
use crate::huawei::Call;
use crate::huawei::batch::bounded;
use crate::huawei::body::read;
use crate::huawei::faults::Row;
use crate::huawei::limits::BATCH_MAX;

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "os-start")]
    start: Option<start::Options>,
    #[serde(rename = "os-stop")]
    stop: Option<stop::Options>,
    reboot: Option<reboot::Options>,
}

pub(in crate::huawei) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let (operation, targets) = match read(call.request.body)? {
        Body { start: Some(options), stop: None, reboot: None } => options.order(),
        Body { start: None, stop: Some(options), reboot: None } => options.order()?,
        Body { start: None, stop: None, reboot: Some(options) } => options.order()?,
        Body { start: _, stop: _, reboot: _ } => {
            let message = "request body is illegal: exactly one of os-start, os-stop and reboot \
                           is needed.";
            return Err(Row::invalid(message));
        }
    };
    Ok(call.order_job(operation, bounded(targets, BATCH_MAX)?))
}
