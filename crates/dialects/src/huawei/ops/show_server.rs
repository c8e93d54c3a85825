//! `GET …/cloudservers/{server_id}`

use regiment_core::model::ServerId;
use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::detail::{Detail, Lens};
use crate::huawei::faults::no_such_server;

#[derive(Serialize)]
struct Body<'a> {
    server: Detail<'a>,
}

pub(in crate::huawei) fn decode(call: &Call<'_>, id: &str) -> Action {
    let (reply, project, words) = (call.reply, call.caller.project, id.to_owned());
    let id = ServerId::parse_dashed(id);
    Action::look(move |view| {
        let server = id.and_then(|id| view.world.server(id));
        match server.filter(|server| server.project == project) {
            Some(server) => {
                reply.json(200, &Body { server: Lens::new(view).detail(server, false) })
            }
            None => reply.refuse(&no_such_server(&words)),
        }
    })
}
