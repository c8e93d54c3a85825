//! The failed part of a job, ordered once more: a command for exactly what did not succeed.

use std::sync::Arc;

use crate::command::{Command, TargetRef};
use crate::model::{FaultKind, Job, Orders, RequestId, SubState, SubTarget, Target};
use crate::ops::Operation;
use crate::vault::Secret;

/// A command for what failed, was refused or was cancelled in a job that has ended, run as `orders`
/// say. A job that came with a password needs it again: it was forgotten when the job ended.
pub fn again(
    job: &Job,
    principal: Arc<str>,
    dialect: &'static str,
    request: RequestId,
    orders: Orders,
    secret: Option<Secret>,
) -> Result<Command, FaultKind> {
    if !job.tally.ended() {
        return Err(FaultKind::StillRunning);
    }
    if job.with_secret && secret.is_none() {
        return Err(FaultKind::PasswordNeeded);
    }
    let undone: Vec<usize> = (0..job.subs.len())
        .filter(|at| match job.subs[*at].state {
            SubState::Failed | SubState::Refused | SubState::Cancelled => true,
            SubState::Waiting | SubState::Running | SubState::Succeeded => false,
        })
        .collect();
    if undone.is_empty() {
        return Err(FaultKind::NothingToRetry);
    }
    let mut operation = job.operation.clone();
    let targets = if name_only(&mut operation, &undone) {
        Vec::new()
    } else {
        undone.iter().map(|at| target(&job.subs[*at].target)).collect()
    };
    let mut command = Command::new(job.project, principal, dialect, request, operation, targets);
    command.orders = orders;
    command.secret = secret;
    command.parent = Some(job.id);
    Ok(command)
}

fn target(target: &SubTarget) -> TargetRef {
    match target {
        SubTarget::Known(Target::Server(id)) => TargetRef::Server(*id),
        SubTarget::Known(Target::Balancer(id)) => TargetRef::Balancer(*id),
        SubTarget::Known(Target::Disk(id)) => TargetRef::Disk(*id),
        SubTarget::Known(Target::Image(id)) => TargetRef::Image(*id),
        SubTarget::Unknown(words) => TargetRef::Unreadable(words.clone()),
    }
}

/// An operation that makes its own targets makes one for each name: only those at these places are
/// named again. Whether it is such an operation.
fn name_only(operation: &mut Operation, places: &[usize]) -> bool {
    if let Operation::CopyImages(copy) = operation {
        copy.copies = places.iter().filter_map(|at| copy.copies.get(*at).cloned()).collect();
        return true;
    }
    let names = if let Operation::Create(create) = operation {
        &mut create.names
    } else if let Operation::CreateLoadBalancers(create) = operation {
        &mut create.names
    } else if let Operation::CreateDisks(create) = operation {
        &mut create.names
    } else {
        return false;
    };
    *names = places.iter().filter_map(|at| names.get(*at).cloned()).collect();
    true
}
