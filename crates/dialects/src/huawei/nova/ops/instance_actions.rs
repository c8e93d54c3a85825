//! `GET …/servers/{server_id}/os-instance-actions`, and one of them by the request that ordered it:
//! the newest orders that a server remembers, whatever API they came by.

use regiment_core::model::{Job, RequestId, ServerId, SubJob, SubState, Time};
use regiment_core::ops::{Lock, Operation};
use serde::Serialize;

use crate::Action;
use crate::huawei::filter::Query;
use crate::huawei::nova::NovaCall;
use crate::huawei::nova::answer::NovaReply;
use crate::huawei::nova::faults::Refusal;
use crate::huawei::nova::links::Link;
use crate::huawei::nova::version::ACTIONS_PAGED;
use crate::huawei::ops::list_servers::next_page;
use crate::huawei::{ids, times};

#[derive(Serialize)]
struct Listed {
    #[serde(rename = "instanceActions")]
    actions: Vec<Told>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Shown {
    #[serde(rename = "instanceAction")]
    action: InDetail,
}

#[derive(Serialize)]
struct Told {
    action: &'static str,
    instance_uuid: ServerId,
    /// Null but for what failed.
    message: Option<&'static str>,
    project_id: String,
    request_id: String,
    start_time: String,
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<String>,
}

#[derive(Serialize)]
struct InDetail {
    #[serde(flatten)]
    told: Told,
    events: Vec<Event>,
}

#[derive(Serialize)]
struct Event {
    #[serde(rename = "event")]
    part: &'static str,
    start_time: String,
    finish_time: Option<String>,
    result: Option<&'static str>,
    traceback: (),
}

/// Which part of the list is wanted.
#[derive(Default)]
struct Page {
    limit: Option<usize>,
    /// The last action of the page before, by its request.
    marker: Option<String>,
    changed_since: Option<Time>,
}

pub(in crate::huawei::nova) fn list(call: &NovaCall<'_>, id: &str) -> Result<Action, Refusal> {
    let reply = call.reply;
    let page = if reply.since(ACTIONS_PAGED) { page(call)? } else { Page::default() };
    let next = next_page(call.call);
    Ok(call.look(call.errand(id, "show"), move |server, view| {
        let since = |sub: &SubJob| page.changed_since.is_none_or(|since| changed(sub) >= since);
        let mut all: Vec<Told> = view
            .orders_on(server)
            .filter(|(job, at)| since(&job.subs[*at]))
            .filter_map(|(job, at)| told(reply, server.id, &job, &job.subs[at]))
            .collect();
        if let Some(marker) = &page.marker {
            let Some(at) = all.iter().position(|one| one.request_id == *marker) else {
                let message = format!("marker [{marker}] not found");
                return reply.refuse(&Refusal::invalid(message));
            };
            all.drain(..=at);
        }
        let more = page.limit.is_some_and(|limit| all.len() > limit);
        all.truncate(page.limit.unwrap_or(usize::MAX));
        let next = all
            .last()
            .filter(|_| more)
            .map(|last| Link { rel: "next", href: format!("{next}{}", last.request_id) });
        reply.json(200, &Listed { actions: all, links: next.into_iter().collect() })
    }))
}

pub(in crate::huawei::nova) fn show(call: &NovaCall<'_>, id: &str, request: &str) -> Action {
    let (reply, words) = (call.reply, request.to_owned());
    let request = request.strip_prefix("req-").and_then(RequestId::parse_dashed);
    call.look(call.errand(id, "show"), move |server, view| {
        let mut orders = view.orders_on(server).filter(|(job, _)| Some(job.request) == request);
        let found = orders.find_map(|(job, at)| {
            let sub = &job.subs[at];
            Some(InDetail {
                told: told(reply, server.id, &job, sub)?,
                events: event(&job.operation, sub).into_iter().collect(),
            })
        });
        match found {
            Some(action) => reply.json(200, &Shown { action }),
            None => {
                let shown: String = words.chars().take(255).collect();
                let message =
                    format!("Action for request_id {shown} on instance {} not found", server.id);
                reply.refuse(&Refusal::new(404, message))
            }
        }
    })
}

fn page(call: &NovaCall<'_>) -> Result<Page, Refusal> {
    let query = Query::of(call.call.request);
    let number = |text: &str| {
        let message = "Invalid input for query parameters limit. Value: it must be an integer.";
        text.parse::<usize>().map_err(|_| Refusal::invalid(message))
    };
    let time = |text: &str| {
        let message = "Invalid input for query parameters changes-since.";
        times::parse_plain(text).ok_or_else(|| Refusal::invalid(message))
    };
    Ok(Page {
        limit: query.get("limit").map(number).transpose()?,
        marker: query.get("marker").map(str::to_owned),
        changed_since: query.get("changes-since").map(time).transpose()?,
    })
}

fn changed(sub: &SubJob) -> Time {
    sub.ended_at.or(sub.began_at).unwrap_or(Time::ZERO)
}

fn told(reply: NovaReply, server: ServerId, job: &Job, sub: &SubJob) -> Option<Told> {
    let changed = changed(sub).max(job.accepted_at);
    Some(Told {
        action: words(&job.operation)?.0,
        instance_uuid: server,
        message: failed(sub).then_some("Error"),
        project_id: job.project.plain(),
        request_id: format!("req-{}", job.request),
        start_time: times::launched(job.accepted_at),
        user_id: ids::user(&job.principal),
        updated_at: reply.since(ACTIONS_PAGED).then(|| times::launched(changed)),
    })
}

const fn failed(sub: &SubJob) -> bool {
    match sub.state {
        SubState::Failed | SubState::Refused | SubState::Cancelled => true,
        SubState::Waiting | SubState::Running | SubState::Succeeded => false,
    }
}

/// What the machine was asked for, once it was.
fn event(operation: &Operation, sub: &SubJob) -> Option<Event> {
    let (part, began_at) = (words(operation)?.1?, sub.began_at?);
    let result = match sub.state {
        SubState::Waiting | SubState::Running => None,
        SubState::Succeeded => Some("Success"),
        SubState::Failed | SubState::Refused | SubState::Cancelled => Some("Error"),
    };
    Some(Event {
        part,
        start_time: times::launched(began_at),
        finish_time: sub.ended_at.map(times::launched),
        result,
        traceback: (),
    })
}

/// Nova's word for an order, and the part of Nova's that would have done it, unless no machine is asked.
/// It has none for what it does not know, and for a renaming.
const fn words(operation: &Operation) -> Option<(&'static str, Option<&'static str>)> {
    Some(match operation {
        Operation::Create(_) => ("create", Some("compute_build_and_run_instance")),
        Operation::Delete(_) | Operation::Purge(_) => {
            ("delete", Some("compute_terminate_instance"))
        }
        Operation::Restore(_) => ("restore", None),
        Operation::Start(_) => ("start", Some("compute_start_instance")),
        Operation::Stop(_) => ("stop", Some("compute_stop_instance")),
        Operation::Reboot(_) => ("reboot", Some("compute_reboot_instance")),
        Operation::CrashDump(_) => ("trigger_crash_dump", Some("compute_trigger_crash_dump")),
        Operation::ResetPassword(_) => ("changePassword", Some("compute_set_admin_password")),
        Operation::Resize(_) => ("resize", Some("compute_resize_instance")),
        Operation::ConfirmResize(_) => ("confirmResize", None),
        Operation::RevertResize(_) => ("revertResize", Some("compute_revert_resize")),
        Operation::Reinstall(_) => ("rebuild", Some("compute_rebuild_instance")),
        // A move is the one on the first server and the other on the second.
        Operation::AddNics(_) | Operation::MoveNic(_) => {
            ("attach_interface", Some("compute_attach_interface"))
        }
        Operation::DeleteNics(_) => ("detach_interface", Some("compute_detach_interface")),
        Operation::Migrate(_) | Operation::Redeploy(_) => {
            ("migrate", Some("compute_live_migration"))
        }
        Operation::AttachVolume(_) => ("attach_volume", Some("compute_attach_volume")),
        Operation::DetachVolume(_) => ("detach_volume", Some("compute_detach_volume")),
        Operation::MakeImage(_) => ("createImage", Some("compute_snapshot_instance")),
        Operation::Lock(Lock { locked: true }) => ("lock", None),
        Operation::Lock(Lock { locked: false }) => ("unlock", None),
        Operation::Rename(_)
        | Operation::ChangeNetwork(_)
        | Operation::ChangeCharging(_)
        | Operation::CreateDisks(_)
        | Operation::DeleteDisks(_)
        | Operation::ExtendDisks(_)
        | Operation::ExtendVolumes(_)
        | Operation::CreateLoadBalancers(_)
        | Operation::DeleteLoadBalancers(_)
        | Operation::CreateListeners(_)
        | Operation::RegisterBackends(_)
        | Operation::DeregisterBackends(_)
        | Operation::WeighBackends(_)
        | Operation::ReplaceCertificate(_)
        | Operation::ChangeLoadBalancer(_)
        | Operation::ChangeListener(_)
        | Operation::DeleteListeners(_)
        | Operation::RegisterMembers(_)
        | Operation::DeregisterMembers(_)
        | Operation::WeighMembers(_)
        | Operation::CopyImages(_)
        | Operation::DeleteImages(_)
        | Operation::BindKeyPair(_)
        | Operation::MoveMembers(_)
        | Operation::CreateRules(_)
        | Operation::ChangeRule(_)
        | Operation::ChangeDomain(_)
        | Operation::DeleteRules(_)
        | Operation::Redirect(_)
        | Operation::RedirectToHttps(_)
        | Operation::EndRedirections(_)
        | Operation::Edit(_) => return None,
    })
}
