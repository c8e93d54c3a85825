use serde::{Deserialize, Serialize};

use crate::Action;
use crate::console::{Pass, not_running};
use crate::tencent::ids;
use crate::tencent_v3::call::{Call, named, target};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    instance_vnc_url: String,
}

/// `DescribeInstanceVncUrl`: the address of a page that shows what the instance prints, good for a few
/// minutes.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let target = target(&wanted.instance_id)?;
    let access_key = call.caller.access_key.clone();
    let key = call.context.gate.key(&access_key).ok_or_else(Refusal::secret_id_not_found)?;
    let base = call.request.base_url();
    let project = call.project();
    Ok(call.look(move |view| {
        let server = named(view, project, &target)?;
        match not_running(server) {
            Some(kind) => Err(Refusal::from(kind).about(&ids::instance(server.id.handle()))),
            None => {
                let instance_vnc_url = Pass::url(&base, &access_key, &key, server.id, view.now);
                Ok(Shown { instance_vnc_url })
            }
        }
    }))
}
