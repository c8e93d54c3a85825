//! `GET …/jobs/{job_id}`: a job with all its sub-jobs, or one of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use regiment_core::model::{
    Fault, FaultKind, Job, Outcome, SubJob, SubState, SubTarget, Tally, Target,
};
use regiment_core::ops::{BindKeyPair, Lock, Operation};
use regiment_core::world::World;
use serde::Serialize;

use crate::huawei::answer::Reply;
use crate::huawei::faults::Row;
use crate::huawei::{Call, evs, job_id, times};
use crate::{Action, Answer};

#[derive(Serialize)]
struct JobOf {
    status: &'static str,
    entities: Entities,
    job_id: String,
    job_type: &'static str,
    begin_time: String,
    /// Empty while the job runs.
    end_time: String,
    error_code: Option<&'static str>,
    fail_reason: Option<Cow<'static, str>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entities {
    Parent { sub_jobs_total: usize, sub_jobs: Vec<JobOf> },
    Disks { sub_jobs: Vec<JobOf> },
    Disk(evs::job::Entity),
    Child(BTreeMap<&'static str, String>),
}

pub(in crate::huawei) fn decode(call: &Call<'_>, id: &str) -> Action {
    let (reply, project, id) = (call.reply, call.caller.project, id.to_owned());
    Action::look(move |view| {
        let number = job_id::read(view.world, &id);
        let job = number.and_then(|number| view.job_with_number(number));
        match (number, job.filter(|job| job.project == project)) {
            (Some(number), Some(job)) => {
                let shown = if number == job.id.0 {
                    Some(parent(view.world, &job))
                } else {
                    let sub = regiment_core::model::SubJobId(number);
                    job.index_of(sub).map(|at| child(view.world, &job, at))
                };
                shown.map_or_else(|| unknown(reply), |shown| reply.json(200, &shown))
            }
            (Some(_) | None, _) => unknown(reply),
        }
    })
}

fn unknown(reply: Reply) -> Answer {
    reply.refuse_query(&Row::new("Common.0011", 400, "The job_id is invalid."))
}

fn parent(world: &World, job: &Job) -> JobOf {
    let of_disks = evs::job::types(&job.operation, job.subs.len() > 1);
    if of_disks.is_some() && job.subs.len() == 1 {
        return JobOf { job_id: job_id::write(world, job.id.0), ..child(world, job, 0) };
    }
    let begun = job.subs.iter().any(|sub| sub.began_at.is_some());
    let status = match job.outcome() {
        Outcome::Running if begun => "RUNNING",
        Outcome::Running => "INIT",
        Outcome::AllSucceeded => "SUCCESS",
        Outcome::SomeFailed | Outcome::AllFailed => "FAIL",
    };
    let failed = status == "FAIL";
    let subs: Vec<JobOf> = (0..job.subs.len()).map(|at| child(world, job, at)).collect();
    let (job_type, _) = of_disks.unwrap_or_else(|| types(&job.operation));
    let entities = match of_disks {
        Some(_) => Entities::Disks { sub_jobs: subs },
        None => Entities::Parent { sub_jobs_total: subs.len(), sub_jobs: subs },
    };
    JobOf {
        status,
        entities,
        job_id: job_id::write(world, job.id.0),
        job_type,
        begin_time: times::millis(job.accepted_at),
        end_time: job.ended_at.map(times::millis).unwrap_or_default(),
        error_code: failed.then(|| wrapper(&job.tally)),
        fail_reason: failed.then(|| reason(&job.tally, job.subs.len()).into()),
    }
}

/// The code of a job that failed: the real ones are in its sub-jobs. One in which nothing failed was
/// terminated.
const fn wrapper(tally: &Tally) -> &'static str {
    if tally.failed > 0 { "Common.0021" } else { "Common.0999" }
}

fn reason(tally: &Tally, total: usize) -> String {
    let Tally { waiting: _, running: _, succeeded: _, failed, cancelled } = tally;
    match (failed, cancelled) {
        (failed, 0) => format!("{failed} of {total} sub-jobs failed."),
        (0, cancelled) => format!("{cancelled} of {total} sub-jobs were cancelled."),
        (failed, cancelled) => {
            format!("{failed} of {total} sub-jobs failed, {cancelled} were cancelled.")
        }
    }
}

fn child(world: &World, job: &Job, at: usize) -> JobOf {
    let sub = &job.subs[at];
    let row = refusal(job, sub);
    let mut entities = BTreeMap::new();
    match &sub.target {
        SubTarget::Known(Target::Server(id)) => {
            entities.insert("server_id", id.to_string());
        }
        SubTarget::Unknown(words) => {
            entities.insert("server_id", words.to_string());
        }
        SubTarget::Known(Target::Image(id)) => {
            entities.insert("image_id", id.to_string());
        }
        // This cloud has no entity for the one; the other has one of its own.
        SubTarget::Known(Target::Balancer(_) | Target::Disk(_)) => {}
    }
    if let Some(row) = &row {
        entities.insert("errorcode_message", row.message.to_string());
    }
    let of_disk = evs::job::types(&job.operation, job.subs.len() > 1);
    let (_, job_type) = of_disk.unwrap_or_else(|| types(&job.operation));
    let entities = match evs::job::entity(world, job, sub) {
        Some(entity) => Entities::Disk(entity),
        None => Entities::Child(entities),
    };
    JobOf {
        status: match sub.state {
            SubState::Waiting if sub.began_at.is_none() => "INIT",
            // Between two tries it is under way.
            SubState::Waiting | SubState::Running => "RUNNING",
            SubState::Succeeded => "SUCCESS",
            SubState::Failed | SubState::Refused | SubState::Cancelled => "FAIL",
        },
        entities,
        job_id: job_id::write(world, job.id.0 + 1 + at as u64),
        job_type,
        begin_time: times::millis(sub.began_at.unwrap_or(job.accepted_at)),
        end_time: sub.ended_at.map(times::millis).unwrap_or_default(),
        error_code: row.as_ref().map(|row| row.code),
        fail_reason: row.map(|row| row.message),
    }
}

fn refusal(job: &Job, sub: &SubJob) -> Option<Row> {
    match sub.state {
        SubState::Failed | SubState::Refused | SubState::Cancelled => {
            let fault = sub.fault.as_deref().cloned();
            let fault = fault.unwrap_or_else(|| Fault::from(FaultKind::Internal));
            if evs::job::types(&job.operation, false).is_some() {
                return Some(evs::faults::row(&fault));
            }
            Some(Row::of_work(&fault, &job.operation))
        }
        SubState::Waiting | SubState::Running | SubState::Succeeded => None,
    }
}

/// What a job and its sub-jobs are called.
const fn types(operation: &Operation) -> (&'static str, &'static str) {
    match operation {
        Operation::Create(_) => ("createServer", "createSingleServer"),
        Operation::Delete(_) => ("deleteServer", "deleteSingleServer"),
        Operation::Start(_) => ("startServer", "startSingleServer"),
        Operation::Stop(_) => ("stopServer", "stopSingleServer"),
        Operation::Reboot(_) => ("rebootServer", "rebootSingleServer"),
        Operation::CrashDump(_) => ("dumpServer", "dumpSingleServer"),
        Operation::ResetPassword(_) => ("resetServerPassword", "resetSingleServerPassword"),
        Operation::Resize(_) => ("resizeServer", "resizeSingleServer"),
        Operation::Reinstall(reinstall) if reinstall.image.is_some() => {
            ("changeOs", "changeSingleServerOs")
        }
        Operation::Reinstall(_) => ("reinstallOs", "reinstallSingleServerOs"),
        Operation::Rename(_) => ("updateServer", "updateSingleServer"),
        Operation::AddNics(_) => ("addNic", "addSingleNic"),
        Operation::DeleteNics(_) => ("deleteNic", "deleteSingleNic"),
        Operation::MoveNic(_) => ("migrateNic", "migrateSingleNic"),
        Operation::ChangeNetwork(_) => ("changeVpc", "changeSingleVpc"),
        Operation::Migrate(_) => ("migrateServer", "migrateSingleServer"),
        Operation::Redeploy(_) => ("redeployServer", "redeploySingleServer"),
        Operation::ChangeCharging(_) => ("changeServerChargeMode", "changeSingleServerChargeMode"),
        Operation::ExtendVolumes(_) => ("extendVolume", "extendSingleVolume"),
        Operation::AttachVolume(_) => ("attachVolume", "attachSingleVolume"),
        Operation::DetachVolume(_) => ("detachVolume", "detachSingleVolume"),
        Operation::ConfirmResize(_) => ("confirmResize", "confirmSingleResize"),
        Operation::RevertResize(_) => ("revertResize", "revertSingleResize"),
        Operation::Lock(Lock { locked: true }) => ("lockServer", "lockSingleServer"),
        Operation::Lock(Lock { locked: false }) => ("unlockServer", "unlockSingleServer"),
        Operation::Purge(_) => ("deleteRecycleBinServer", "deleteSingleRecycleBinServer"),
        Operation::Restore(_) => ("revertRecycleBinServer", "revertSingleRecycleBinServer"),
        Operation::CreateLoadBalancers(_) => ("createLoadbalancer", "createSingleLoadbalancer"),
        Operation::DeleteLoadBalancers(_) => ("deleteLoadbalancer", "deleteSingleLoadbalancer"),
        Operation::CreateListeners(_) => ("createListener", "createSingleListener"),
        Operation::RegisterBackends(_) | Operation::RegisterMembers(_) => {
            ("addMember", "addSingleMember")
        }
        Operation::DeregisterBackends(_) | Operation::DeregisterMembers(_) => {
            ("removeMember", "removeSingleMember")
        }
        Operation::WeighBackends(_) | Operation::WeighMembers(_) | Operation::MoveMembers(_) => {
            ("updateMember", "updateSingleMember")
        }
        Operation::CreateRules(_) => ("createL7policy", "createSingleL7policy"),
        Operation::ChangeRule(_)
        | Operation::ChangeDomain(_)
        | Operation::Redirect(_)
        | Operation::RedirectToHttps(_)
        | Operation::EndRedirections(_) => ("updateL7policy", "updateSingleL7policy"),
        Operation::DeleteRules(_) => ("deleteL7policy", "deleteSingleL7policy"),
        Operation::ChangeLoadBalancer(_) => ("updateLoadbalancer", "updateSingleLoadbalancer"),
        Operation::ChangeListener(_) | Operation::ReplaceCertificate(_) => {
            ("updateListener", "updateSingleListener")
        }
        Operation::DeleteListeners(_) => ("deleteListener", "deleteSingleListener"),
        Operation::MakeImage(_) => ("createImage", "createSingleImage"),
        Operation::CopyImages(_) => ("copyImage", "copySingleImage"),
        Operation::DeleteImages(_) => ("deleteImage", "deleteSingleImage"),
        Operation::BindKeyPair(BindKeyPair { bound: true, .. }) => {
            ("bindKeypair", "bindSingleKeypair")
        }
        Operation::BindKeyPair(_) => ("unbindKeypair", "unbindSingleKeypair"),
        // Makes no job, or has names of its own.
        Operation::CreateDisks(_)
        | Operation::DeleteDisks(_)
        | Operation::ExtendDisks(_)
        | Operation::Edit(_) => ("", ""),
    }
}
