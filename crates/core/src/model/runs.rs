//! How sub-jobs stand in a record: in runs of neighbours that differ in their target alone, since
//! there may be a million in one job and most of them fare alike. A run of servers is the plain
//! bytes of their ids.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Fault, ServerId, SubJob, SubState, SubTarget, Target, Time};

/// Targets, and what all of them share, in the order of [`SubJob`]'s fields.
#[derive(Serialize, Deserialize)]
struct Run(
    Targets,
    SubState,
    u8,
    u8,
    bool,
    Option<Time>,
    Option<Time>,
    #[serde(default)] Option<Arc<Fault>>,
);

#[derive(Serialize, Deserialize)]
enum Targets {
    /// Known servers: 16 bytes each.
    #[serde(rename = "s")]
    Servers(#[serde(with = "crate::bytes")] Vec<u8>),
    /// Anything else.
    #[serde(rename = "t")]
    Each(Vec<SubTarget>),
}

fn server(target: &SubTarget) -> Option<ServerId> {
    target.known().and_then(Target::server)
}

/// Whether two sub-jobs can share a run.
fn alike(a: &SubJob, b: &SubJob) -> bool {
    let SubJob { target, state, step, retries, was_running, began_at, ended_at, fault } = a;
    server(target).is_some() == server(&b.target).is_some()
        && (*state, *step, *retries, *was_running) == (b.state, b.step, b.retries, b.was_running)
        && (*began_at, *ended_at) == (b.began_at, b.ended_at)
        && *fault == b.fault
}

fn run_of(subs: &[SubJob]) -> Run {
    let SubJob { target, state, step, retries, was_running, began_at, ended_at, fault } = &subs[0];
    let targets = if server(target).is_some() {
        let ids = subs.iter().filter_map(|sub| server(&sub.target));
        let mut bytes = Vec::with_capacity(subs.len() * 16);
        ids.for_each(|id| bytes.extend_from_slice(&id.0.to_be_bytes()));
        Targets::Servers(bytes)
    } else {
        Targets::Each(subs.iter().map(|sub| sub.target.clone()).collect())
    };
    Run(targets, *state, *step, *retries, *was_running, *began_at, *ended_at, fault.clone())
}

pub fn serialize<S: Serializer>(subs: &[SubJob], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(subs.chunk_by(alike).map(run_of).collect::<Vec<_>>())
}

pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SubJob>, D::Error> {
    let runs: Vec<Run> = Vec::deserialize(from)?;
    let mut subs = Vec::new();
    for Run(targets, state, step, retries, was_running, began_at, ended_at, fault) in runs {
        let targets = match targets {
            Targets::Each(targets) => targets,
            Targets::Servers(bytes) => {
                let (ids, rest) = bytes.as_chunks::<16>();
                if !rest.is_empty() {
                    return Err(serde::de::Error::custom("a run of servers is cut"));
                }
                let id = |bytes: &[u8; 16]| ServerId(u128::from_be_bytes(*bytes));
                ids.iter().map(|bytes| SubTarget::Known(Target::Server(id(bytes)))).collect()
            }
        };
        subs.extend(targets.into_iter().map(|target| SubJob {
            target,
            state,
            step,
            retries,
            was_running,
            began_at,
            ended_at,
            fault: fault.clone(),
        }));
    }
    Ok(subs)
}
