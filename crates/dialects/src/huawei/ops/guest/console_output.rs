//! `GET …/cloudservers/{server_id}/console-output`: the last lines that the server printed.

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::console::tail;
use crate::huawei::faults::Row;
use crate::huawei::limits::CONSOLE_LINES;

#[derive(Serialize)]
pub(in crate::huawei) struct Body<'a> {
    pub output: &'a str,
}

pub(super) fn decode(call: &Call<'_>, id: &str) -> Result<Action, Row> {
    let pairs = call.request.query_pairs();
    let asked = pairs.iter().find(|(name, value)| name == "length" && !value.is_empty());
    let lines = match asked.map(|(_, value)| value.parse::<i64>()) {
        None => Some(CONSOLE_LINES),
        Some(Ok(-1)) => None,
        Some(Ok(lines @ 0..)) => Some(usize::try_from(lines).unwrap_or(usize::MAX)),
        Some(Ok(_) | Err(_)) => {
            return Err(Row::invalid("length must be an integer of at least -1."));
        }
    };
    let reply = call.reply;
    Ok(call.look_at(id, move |server, view| match view.machines().console(server) {
        Some(text) => reply.json(200, &Body { output: tail(&text, lines) }),
        None => reply.refuse(&Row::new("Ecs.0301", 400, "The ECS has no console.")),
    }))
}
