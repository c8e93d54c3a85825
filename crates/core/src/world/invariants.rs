use std::collections::BTreeMap;

use super::{Roster, Usage, World};
use crate::model::{ProjectId, Tally, Target};

impl World {
    /// What must hold after every turn; a sentence for each thing that does not. For tests and the
    /// simulator: it looks at everything.
    pub fn check_invariants(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut usage: BTreeMap<ProjectId, Usage> = BTreeMap::new();
        let mut on_hosts: BTreeMap<&str, Usage> = BTreeMap::new();
        for server in self.servers() {
            let shape = self.shape(&server.flavor);
            usage.entry(server.project).or_default().count(shape, 1);
            if let Some(host) = &server.host {
                on_hosts.entry(host).or_default().count(shape, 1);
            }
            if let Some(busy) = server.busy {
                let held = self.job_with_number(busy.sub.0).is_some_and(|job| {
                    job.index_of(busy.sub).is_some_and(|index| {
                        let sub = &job.subs[index];
                        !sub.state.ended()
                            && sub.target.known().and_then(Target::server) == Some(server.id)
                    })
                });
                if !held {
                    wrong.push(format!(
                        "{} is held by {:?}, which does not hold it",
                        server.id, busy.sub
                    ));
                }
            }
        }
        for (project, counted) in &self.usage {
            if usage.get(project).copied().unwrap_or_default() != *counted {
                wrong.push(format!("usage of {project} is miscounted"));
            }
        }
        for (host, counted) in &self.host_usage {
            if on_hosts.get(&**host).copied().unwrap_or_default() != *counted {
                wrong.push(format!("what lives on {host} is miscounted"));
            }
        }
        let unknown = on_hosts.keys().filter(|host| !self.host_usage.contains_key(**host));
        wrong.extend(unknown.map(|host| format!("what lives on {host} is not counted")));
        let mut sub_jobs = 0;
        for job in self.jobs.values() {
            if job.tally != Tally::of(&job.subs) {
                wrong.push(format!("job {} is miscounted", job.id.0));
            }
            if job.tally.ended() != job.ended_at.is_some() {
                wrong.push(format!("job {} ended without a time, or the reverse", job.id.0));
            }
            if job.tally.ended() == self.in_flight.contains(&job.id) {
                wrong.push(format!("job {} is in the wrong list", job.id.0));
            }
            sub_jobs += (job.tally.waiting + job.tally.running) as usize;
            for (index, sub) in job.subs.iter().enumerate() {
                if sub.state.ended() {
                    continue;
                }
                let number = job.id.0 + 1 + index as u64;
                let holds = match sub.target.known() {
                    Some(Target::Server(id)) => self
                        .server(id)
                        .and_then(|server| server.busy)
                        .is_some_and(|busy| busy.sub.0 == number),
                    Some(Target::Balancer(id)) => self
                        .balancer(id)
                        .and_then(|balancer| balancer.busy)
                        .is_some_and(|busy| busy.0 == number),
                    None => false,
                };
                if !holds {
                    wrong.push(format!("sub-job {number} works on what it does not hold"));
                }
            }
        }
        if sub_jobs != self.sub_jobs_in_flight {
            wrong.push("sub-jobs in flight are miscounted".to_owned());
        }
        if !self.alarms_are_true() {
            wrong.push("a server's set time is not among the alarms".to_owned());
        }
        let listed: usize = self.rosters.values().map(Roster::len).sum();
        if listed != self.by_handle.len() {
            wrong.push("a server is not in its project's list".to_owned());
        }
        wrong
    }
}
