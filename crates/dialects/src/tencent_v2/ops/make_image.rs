use regiment_core::model::{Hints, ImageId};
use regiment_core::ops::{Force, MakeImage, Operation, WhenRunning};

use super::describe_image::{description, name};
use crate::Action;
use crate::tencent::{ids, regions};
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

/// Images in one region: this version has a quota of its own.
pub const IMAGES_MAX: usize = 10;

/// `CreateImage`: of an instance that is shut down, or is to be shut down for it.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let target = ids::read_instance(fields.need("instanceId")?);
    let name = name(&fields)?.ok_or_else(|| Refusal::Missing("imageName".to_owned()))?;
    let flag = |name| Ok::<bool, Refusal>(fields.flag(name)?.unwrap_or(false));
    let (stops, hard) = (flag("autoPowerOffFlag")?, flag("hardFlag")?);
    let runs_after = flag("rebootFlag")?;
    fields.flag("sysprep")?;
    let force = if hard { Force::Hard } else { Force::Soft };
    let operation = Operation::MakeImage(MakeImage {
        image: ImageId(0),
        name: name.into(),
        description: description(&fields)?.unwrap_or_default().into(),
        region: regions::region(&call.region()).into(),
        running: if stops { WhenRunning::Stopped(force, runs_after) } else { WhenRunning::Refused },
        images_max: IMAGES_MAX,
        tags: Vec::new(),
        hints: Hints::new(),
    });
    Ok(task::order_numbered(call.issuer().command(operation, vec![target]), "ok"))
}
