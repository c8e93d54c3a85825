//! `GET /v2/{project_id}/cloudvolumes/{volume_id}`

use regiment_core::model::VolumeId;
use serde::Serialize;

use crate::Action;
use crate::huawei::evs::entry::{Entry, Frame};
use crate::huawei::evs::no_such_disk;
use crate::huawei::ops::tokens::base_url;
use crate::huawei::{Call, ids};

#[derive(Serialize)]
struct Body<'a> {
    volume: Entry<'a>,
}

pub(in crate::huawei::evs) fn decode(call: &Call<'_>, id: &str) -> Action {
    let (reply, project, words) = (call.reply, call.caller.project, id.to_owned());
    let (base, user) = (base_url(call.request), ids::user(&call.caller.access_key));
    Action::look(move |view| {
        let found = VolumeId::parse_dashed(&words).and_then(|id| view.world.any_disk(project, id));
        let frame = Frame { view: *view, project, base, user };
        match found {
            Some(found) => reply.json(200, &Body { volume: frame.entry(found) }),
            None => no_such_disk(reply, &words),
        }
    })
}
