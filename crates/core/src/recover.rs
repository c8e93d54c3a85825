//! From what a store kept to a world, and from a world to the work that is still to be done.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::model::{JobId, Server, SubState, Time};
use crate::record::{self, Catalog, Meta};
use crate::schedule::Schedule;
use crate::store::{Loaded, Store, StoreError, Table};
use crate::vault::Sealed;
use crate::world::World;

/// What was found on disk.
pub struct Recovered {
    pub world: World,
    pub secrets: HashMap<JobId, Sealed>,
    /// The number of the last log entry.
    pub log_seq: u64,
    pub log_bytes: usize,
    /// Whether nothing had ever been written.
    pub fresh: bool,
    /// Whether an older program wrote it.
    pub older: bool,
}

/// Reads a store into a world. `realm` is used when the store is empty.
pub fn load(store: &mut dyn Store, realm: u32) -> Result<Recovered, StoreError> {
    let mut world = World::new(realm);
    let mut secrets = HashMap::new();
    let mut meta: Option<Meta> = None;
    let mut words = Words::default();
    let mut log_seq = 0;
    let mut log_bytes = 0;
    store.load(&mut |loaded| {
        match loaded {
            Loaded::Row(table, key, value) => {
                let into = Into { world: &mut world, secrets: &mut secrets, meta: &mut meta };
                load_row(into, &mut words, table, key, value)?;
            }
            Loaded::Log(seq, entry) => {
                log_seq = seq;
                if meta.as_ref().is_some_and(|meta| seq <= meta.log_through) {
                    return Ok(());
                }
                log_bytes += entry.len();
                // The rows do not say yet what the log says: the next checkpoint must.
                world.dirty.get_or_insert_default();
                record::decode_log(entry)?.iter().for_each(|change| world.apply(change));
            }
        }
        Ok(())
    })?;
    let fresh = meta.is_none();
    let older = meta.as_ref().is_some_and(|meta| meta.format < record::FORMAT);
    log_seq = log_seq.max(meta.map_or(0, |meta| meta.log_through));
    Ok(Recovered { world, secrets, log_seq, log_bytes, fresh, older })
}

/// Where rows go.
struct Into<'a> {
    world: &'a mut World,
    secrets: &'a mut HashMap<JobId, Sealed>,
    meta: &'a mut Option<Meta>,
}

/// Words that very many servers share, each kept once: a row on disk repeats them, a fleet in
/// memory need not.
#[derive(Default)]
struct Words(HashSet<Arc<str>>);

impl Words {
    fn share(&mut self, word: &mut Arc<str>) {
        if let Some(known) = self.0.get(word) {
            *word = known.clone();
        } else if self.0.len() < WORDS_MAX {
            self.0.insert(word.clone());
        }
    }

    fn share_of(&mut self, server: &mut Server) {
        self.share(&mut server.flavor);
        if let Some(host) = &mut server.host {
            self.share(host);
        }
        let Some(details) = Arc::get_mut(&mut server.details) else { return };
        self.share(&mut details.zone);
        self.share(&mut details.description);
        details.key_name.iter_mut().for_each(|name| self.share(name));
        for volume in &mut details.volumes {
            self.share(&mut volume.device);
            self.share(&mut volume.class);
        }
        for tag in &mut details.tags {
            self.share(&mut tag.key);
            self.share(&mut tag.value);
        }
        for map in [&mut details.metadata, &mut details.hints] {
            *map = std::mem::take(map)
                .into_iter()
                .map(|(mut key, mut value)| {
                    self.share(&mut key);
                    self.share(&mut value);
                    (key, value)
                })
                .collect();
        }
    }
}

/// Enough for every flavor, host, zone and common tag; values that differ from server to server
/// fill it and do no harm.
const WORDS_MAX: usize = 10_000;

fn load_row(
    into: Into<'_>,
    words: &mut Words,
    table: Table,
    key: &[u8],
    value: &[u8],
) -> Result<(), StoreError> {
    let Into { world, secrets, meta } = into;
    match table {
        Table::Meta => {
            let row: Meta = record::decode("meta", value)?;
            if row.format > record::FORMAT {
                let text = format!("format {} is newer than this program", row.format);
                return Err(StoreError::Corrupt(text));
            }
            world.realm = row.realm;
            world.next_number = row.next_number;
            world.next_event = row.next_event;
            *meta = Some(row);
        }
        Table::Catalog => record::decode::<Catalog>("catalog", value)?.put_into(world),
        Table::Servers => {
            let mut server = record::decode_server(value)?;
            words.share_of(&mut server);
            world.insert_server(server);
        }
        Table::Balancers => world.insert_balancer(record::decode_balancer(value)?),
        Table::Assets => world.put_asset(record::decode("asset", value)?),
        Table::Jobs => world.insert_job(record::decode_job(value)?),
        Table::Tokens => world.put_token(record::decode_token(value)?),
        Table::Secrets => {
            let number: [u8; 8] =
                key.try_into().map_err(|_| StoreError::Corrupt("secret: key".to_owned()))?;
            secrets.insert(JobId(u64::from_be_bytes(number)), Sealed(value.to_vec()));
        }
        Table::Archive | Table::Requests => {}
    }
    Ok(())
}

/// Queues all unfinished work. Gives back the running sub-jobs, whose present step is to be begun
/// again: it may or may not have happened, and may be repeated.
pub fn resume(world: &World, schedule: &mut Schedule, now: Time) -> Vec<(JobId, u32)> {
    let mut again = Vec::new();
    for job in world.jobs_in_flight() {
        schedule.add(job.id);
        if job.course.is_some() {
            schedule.wake(job.id);
        }
        for (sub, index) in job.subs.iter().zip(0u32..) {
            match sub.state {
                SubState::Running => {
                    schedule.add_running();
                    again.push((job.id, index));
                }
                SubState::Waiting if sub.retries > 0 => {
                    let course = job.course.as_ref();
                    let ordered = course.and_then(|course| course.awaits_again(index, sub));
                    schedule.retry(job.id, index, ordered.map_or(now, |last| last.again_at));
                }
                SubState::Waiting
                | SubState::Succeeded
                | SubState::Failed
                | SubState::Refused
                | SubState::Cancelled => {}
            }
        }
    }
    again
}
