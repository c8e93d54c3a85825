//! `GET …/recycle-bin/cloudservers/{server_id}`

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::{target, words};
use crate::huawei::detail::{Detail, Lens};
use crate::huawei::faults::no_such_server;

#[derive(Serialize)]
struct Body<'a> {
    server: Detail<'a>,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    let (reply, project, named) = (call.reply, call.caller.project, target(id));
    Action::look(move |view| match view.world.named_in_bin(project, &named) {
        Some(server) => reply.json(200, &Body { server: Lens::new(view).detail(server, false) }),
        None => reply.refuse(&no_such_server(&words(&named))),
    })
}
