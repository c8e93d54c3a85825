//! What readers see: the published world, behind it the archive of finished jobs, beside it the machines
//! themselves.

use std::borrow::Cow;
use std::iter;

use crate::driver::Machines;
use crate::events::{Event, Told};
use crate::model::{Job, JobId, RequestId, Server, SubJobId, Time};
use crate::record;
use crate::store::Archive;
use crate::world::World;

/// One look at everything there is. Never waits for a commit.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub world: &'a World,
    archive: &'a dyn Archive,
    machines: &'a dyn Machines,
    pub now: Time,
}

impl<'a> View<'a> {
    pub const fn new(
        world: &'a World,
        archive: &'a dyn Archive,
        machines: &'a dyn Machines,
        now: Time,
    ) -> View<'a> {
        View { world, archive, machines, now }
    }

    /// What is to be seen of the machines themselves.
    pub const fn machines(&self) -> &'a dyn Machines {
        self.machines
    }

    pub fn job(&self, id: JobId) -> Option<Cow<'a, Job>> {
        self.job_with_number(id.0).filter(|job| job.id == id)
    }

    /// The job that has this public number, as its own or as a sub-job's, in memory or archived.
    pub fn job_with_number(&self, number: u64) -> Option<Cow<'a, Job>> {
        if let Some(job) = self.world.job_with_number(number) {
            return Some(Cow::Borrowed(job));
        }
        let row = self.archive.at_or_before(&record::number_key(number)).ok()??;
        let job = record::archived_job(&row).ok()?;
        (job.id.0 <= number && number < job.numbers_end()).then_some(Cow::Owned(job))
    }

    /// The job a sub-job belongs to, and its place there.
    pub fn sub_job(&self, sub: SubJobId) -> Option<(Cow<'a, Job>, usize)> {
        let job = self.job_with_number(sub.0)?;
        let index = job.index_of(sub)?;
        Some((job, index))
    }

    /// Events with what they are about, in order. `kept` spares looking a finished job up again and
    /// again: give the same one for events that follow each other.
    pub fn told(&self, events: &[Event], kept: &mut Option<Box<Job>>) -> Vec<Told> {
        let mut told = Vec::with_capacity(events.len());
        for of_job in events.chunk_by(|a, b| a.job == b.job) {
            let id = of_job[0].job;
            let present = self.world.job(id);
            if present.is_some() || kept.as_ref().is_some_and(|job| job.id != id) {
                *kept = None;
            }
            if present.is_none() && kept.is_none() {
                *kept = self.job(id).map(|job| Box::new(job.into_owned()));
            }
            let job = present.or(kept.as_deref());
            told.extend(of_job.iter().map(|event| Told::of(event.clone(), job)));
        }
        told
    }

    /// The orders that were accepted for a server, newest first, each with its place in its job: as
    /// many as the server remembers and whose jobs are still kept.
    pub fn orders_on(&self, server: &'a Server) -> impl Iterator<Item = (Cow<'a, Job>, usize)> {
        let view = *self;
        server.orders.iter().rev().filter_map(move |sub| view.sub_job(*sub))
    }

    /// The jobs older than this one, or than it would be, newest first: those in memory and those
    /// archived.
    pub fn jobs_before(&self, id: JobId) -> impl Iterator<Item = Cow<'a, Job>> {
        let view = *self;
        let mut before = id;
        let mut archived = view.archived_before(id);
        iter::from_fn(move || {
            let present = view.world.job_before(before);
            let is_next = |kept: &mut Job| present.is_none_or(|present| kept.id > present.id);
            let job = match archived.take_if(is_next) {
                Some(kept) => {
                    archived = view.archived_before(kept.id);
                    Cow::Owned(kept)
                }
                None => Cow::Borrowed(present?),
            };
            before = job.id;
            Some(job)
        })
    }

    fn archived_before(&self, id: JobId) -> Option<Job> {
        let row = self.archive.at_or_before(&record::number_key(id.0.checked_sub(1)?)).ok()??;
        record::archived_job(&row).ok()
    }

    /// The job a call made, in memory or archived.
    pub fn job_of_request(&self, request: RequestId) -> Option<Cow<'a, Job>> {
        if let Some(job) = self.world.job_of_request(request) {
            return Some(Cow::Borrowed(job));
        }
        let number = self.archive.of_request(&record::request_key(request)).ok()??;
        let number = u64::from_be_bytes(number.try_into().ok()?);
        self.job(JobId(number)).filter(|job| job.request == request)
    }
}
