use std::collections::{BTreeMap, BTreeSet};

use super::{Addresses, Roster, Usage, Whereabouts, World};
use crate::model::{Asset, DiskPhase, ImagePhase, Job, ProjectId, Server, SubState, Tally, Target};

impl World {
    /// What must hold after every turn; a sentence for each thing that does not. For tests and the
    /// simulator: it looks at everything.
    pub fn check_invariants(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut usage: BTreeMap<ProjectId, Usage> = BTreeMap::new();
        let mut on_hosts: BTreeMap<&str, Usage> = BTreeMap::new();
        for server in self.servers() {
            let shape = self.shape(&server.flavor);
            if server.details.recycled.is_none() {
                usage.entry(server.project).or_default().count(shape, 1);
            }
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
        let mut addresses = Addresses::default();
        let of_servers = self
            .servers()
            .flat_map(|server| server.details.nics.iter().map(|nic| (server.project, nic)));
        let ordered = self
            .jobs_in_flight()
            .flat_map(|job| job.operation.nics_ordered().iter().map(|nic| (job.project, nic)));
        let of_themselves = self.assets().filter_map(|asset| {
            let Asset::Interface(interface) = asset else { return None };
            Some((interface.project, &interface.nic))
        });
        of_servers
            .chain(ordered)
            .chain(of_themselves)
            .for_each(|(project, nic)| addresses.take(project, nic));
        if addresses != self.addresses {
            wrong.push("addresses in use are miscounted".to_owned());
        }
        let mut whereabouts = Whereabouts::default();
        for (slot, server) in (0..).zip(&self.slots) {
            server.iter().for_each(|server| whereabouts.put(&server.details.volumes, slot));
        }
        if whereabouts.all() != self.whereabouts.all() {
            wrong.push("a volume is not found where it is".to_owned());
        }
        self.check_disks(&mut wrong);
        self.check_images(&mut wrong);
        self.check_gateways(&mut wrong);
        self.check_events(&mut wrong);
        self.check_balancers(&mut wrong);
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
            check_course(job, &mut wrong);
            sub_jobs += (job.tally.waiting + job.tally.running) as usize;
            for (index, sub) in job.subs.iter().enumerate() {
                if sub.state.ended() {
                    continue;
                }
                let number = job.id.0 + 1 + index as u64;
                let holds = match sub.target.known() {
                    Some(Target::Server(id)) => self
                        .server_or_recycled(id)
                        .and_then(|server| server.busy)
                        .is_some_and(|busy| busy.sub.0 == number),
                    Some(Target::Balancer(id)) => self
                        .balancer(id)
                        .and_then(|balancer| balancer.busy)
                        .is_some_and(|busy| busy.0 == number),
                    Some(Target::Disk(id)) => self
                        .disk(job.project, id)
                        .is_some_and(|disk| disk.held_by.iter().any(|sub| sub.0 == number)),
                    Some(Target::Image(id)) => self
                        .own_image(id)
                        .and_then(|own| own.held_by)
                        .is_some_and(|sub| sub.0 == number),
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
        if !self.members_are_true() {
            wrong.push("a server is in a group that does not know it, or is not there".to_owned());
        }
        let lists = self.rosters.values().chain(self.bins.values());
        let listed: usize = lists.map(Roster::len).sum();
        let projects: BTreeSet<_> = self.rosters.keys().chain(self.bins.keys()).collect();
        let misplaced = projects.into_iter().any(|project| {
            self.servers_of(*project).any(|server| server.details.recycled.is_some())
                || self.recycled_of(*project).any(|server| server.details.recycled.is_none())
        });
        if misplaced {
            wrong.push("a server is on the wrong list".to_owned());
        }
        if listed != self.by_handle.len() {
            wrong.push("a server is not in its project's list".to_owned());
        }
        wrong
    }

    /// An image that something is done with is held by what does it, and by nothing else.
    fn check_images(&self, wrong: &mut Vec<String>) {
        for asset in self.assets() {
            let Asset::Image(own) = asset else { continue };
            if self.image_owners.get(&own.id()) != Some(&own.project) {
                wrong.push(format!("nobody knows whose {} is", own.id()));
            }
            let unmade = matches!(own.phase, ImagePhase::Making | ImagePhase::Copying);
            let works = own.held_by.map(|sub| {
                let job = self.job_with_number(sub.0);
                let state = job.and_then(|job| Some(job.subs[job.index_of(sub)?].state));
                state.is_some_and(|state| !state.ended())
            });
            if works == Some(false) || unmade && works.is_none() {
                wrong.push(format!(
                    "{} is {:?} and held by {:?}",
                    own.id(),
                    own.phase,
                    own.held_by
                ));
            }
        }
    }

    /// What a load balancer says of its parts agrees.
    fn check_balancers(&self, wrong: &mut Vec<String>) {
        let mut ids = BTreeSet::new();
        for listener in self.balancers().flat_map(|balancer| &balancer.listeners) {
            let rules = listener.rules.iter().map(|rule| rule.id.0);
            for id in std::iter::once(listener.id.0).chain(rules) {
                if !ids.insert(id) {
                    wrong.push(format!("{id} is the id of two listeners or rules"));
                }
            }
            let default = listener.default_domain.as_ref();
            if default.is_some_and(|domain| !listener.has_domain(domain))
                || default.is_none() != listener.rules.is_empty()
            {
                wrong.push(format!("{} has no domain by default", listener.id.0));
            }
            if !listener.protocol.has_rules() && !listener.rules.is_empty() {
                wrong.push(format!("{} has rules and no use for them", listener.id.0));
            }
            for rule in &listener.rules {
                let first = listener.rule_for(&rule.domain, &rule.path);
                if first.is_some_and(|first| first.id != rule.id) {
                    wrong.push(format!("{} is a rule like another", rule.id.0));
                }
                let mut same = listener.rules.iter().filter(|one| one.domain == rule.domain);
                if same.any(|one| one.certificates != rule.certificates) {
                    wrong.push(format!("{} has two certificates", rule.domain));
                }
            }
        }
        for balancer in self.balancers() {
            for (_, rule) in balancer.rules() {
                let Some(way) = &rule.redirection else { continue };
                if balancer.rule(way.to).is_none_or(|(_, to)| to.redirection.is_some()) {
                    wrong.push(format!("{} sends clients nowhere", rule.id.0));
                }
            }
            for member in balancer.members() {
                if self.server(member.server).is_none() {
                    wrong.push(format!("{} forwards to nothing", balancer.id.0));
                }
            }
        }
    }

    /// What servers say of their volumes and what disks say of their servers is one story.
    fn check_disks(&self, wrong: &mut Vec<String>) {
        let has = |server: &Server, id| server.details.volumes.iter().any(|one| one.id == id);
        for asset in self.assets() {
            let Asset::Disk(disk) = asset else { continue };
            if disk.phase != DiskPhase::Ready && !disk.attached_to.is_empty() {
                wrong.push(format!("{} is {:?} and in a server", disk.id, disk.phase));
            }
            if disk.attached_to.len() > 1 && !disk.shareable {
                wrong.push(format!("{} is in several servers", disk.id));
            }
            for one in &disk.attached_to {
                if !self.server_or_recycled(one.server).is_some_and(|server| has(server, disk.id)) {
                    wrong.push(format!("{} is not in {}", disk.id, one.server));
                }
            }
            for sub in &disk.held_by {
                let holds = self.job_with_number(sub.0).is_some_and(|job| {
                    job.index_of(*sub).map(|at| &job.subs[at]).is_some_and(|sub| {
                        let itself = sub.target.known() == Some(Target::Disk(disk.id));
                        !sub.state.ended() && (itself || job.operation.volumes().contains(&disk.id))
                    })
                });
                if !holds {
                    wrong.push(format!("{} is held by {sub:?}, which is over", disk.id));
                }
            }
        }
        let mut alone = BTreeSet::new();
        for server in self.servers() {
            for volume in &server.details.volumes {
                match self.disk(server.project, volume.id) {
                    Some(disk) if disk.is_in(server.id) => {}
                    None if alone.insert(volume.id) => {}
                    Some(_) | None => {
                        wrong.push(format!("{} is not {}'s to have", volume.id, server.id));
                    }
                }
            }
        }
    }
}

/// Nothing is begun whose wave has not begun, and what a job has left is counted.
fn check_course(job: &Job, wrong: &mut Vec<String>) {
    let Some(course) = &job.course else { return };
    let opened = course.mark.opened as usize;
    if opened > job.subs.len() {
        wrong.push(format!("job {} has opened more than it has", job.id.0));
        return;
    }
    let (before, after) = job.subs.split_at(opened);
    if after.iter().any(|sub| matches!(sub.state, SubState::Running | SubState::Failed)) {
        wrong.push(format!("job {} has begun a wave too early", job.id.0));
    }
    let unopened = after.iter().filter(|sub| sub.state == SubState::Waiting).count();
    let stopped = course.mark.stopped.is_some();
    if unopened != course.mark.unopened as usize && !stopped {
        wrong.push(format!("job {} has miscounted what it has not begun", job.id.0));
    }
    let at_work = before.iter().any(|sub| !sub.state.ended());
    if course.mark.gate.is_some() && (at_work || stopped) {
        wrong.push(format!("job {} waits for a wave before one has ended", job.id.0));
    }
    let tried = |place: &u32| job.subs.get(*place as usize).is_some();
    if !course.attempts.keys().all(tried) {
        wrong.push(format!("job {} tells of attempts on nobody", job.id.0));
    }
}
