//! From what a store kept to a world, and from a world to the work that is still to be done.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::apply::Change;
use crate::events::Recent;
use crate::limits;
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
    /// What happened last, as far as the log still says it.
    pub recent: Recent,
    /// The log entries on disk.
    pub logged: Logged,
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
    let mut before = Vec::new();
    let mut recent: Option<Recent> = None;
    let mut logged = Logged::default();
    store.load(&mut |loaded| {
        match loaded {
            Loaded::Row(table, key, value) => {
                let into = Into { world: &mut world, secrets: &mut secrets, meta: &mut meta };
                load_row(into, &mut words, table, key, value)?;
            }
            Loaded::Log(seq, entry) => {
                log_seq = seq;
                let changes = record::decode_log(entry);
                if meta.as_ref().is_some_and(|meta| seq <= meta.log_through) {
                    // What the rows say already is only told to readers: no reason not to start.
                    match changes {
                        Ok(changes) => {
                            logged.push(seq, events_of(&changes), entry.len());
                            before.push(changes);
                        }
                        Err(_) => before.clear(),
                    }
                    return Ok(());
                }
                let recent = recent
                    .get_or_insert_with(|| past(std::mem::take(&mut before), world.next_event));
                log_bytes += entry.len();
                // The rows do not say yet what the log says: the next checkpoint must.
                world.dirty.get_or_insert_default();
                let changes = changes?;
                changes.iter().for_each(|change| world.apply(change));
                logged.push(seq, events_of(&changes), entry.len());
                recent.push(world.next_event, changes);
            }
        }
        Ok(())
    })?;
    let fresh = meta.is_none();
    let older = meta.as_ref().is_some_and(|meta| meta.format < record::FORMAT);
    log_seq = log_seq.max(meta.map_or(0, |meta| meta.log_through));
    let recent = recent.unwrap_or_else(|| past(before, world.next_event));
    Ok(Recovered { world, secrets, recent, logged, log_seq, log_bytes, fresh, older })
}

/// The turns that led to where event `next` is to come.
fn past(turns: Vec<Vec<Change>>, next: u64) -> Recent {
    let counts: Vec<u64> = turns.iter().map(|changes| events_of(changes)).collect();
    let mut end = next.saturating_sub(counts.iter().sum());
    let mut recent = Recent::new(end);
    for (changes, count) in turns.into_iter().zip(counts) {
        end += count;
        recent.push(end, changes);
    }
    recent
}

pub fn events_of(changes: &[Change]) -> u64 {
    changes.iter().map(Change::events).sum()
}

/// The log entries on disk, oldest first. Those that the rows say already are kept for a while, so that
/// readers of events can go on after a restart where they stopped.
#[derive(Debug, Default)]
pub struct Logged {
    entries: VecDeque<LogEntry>,
    events: u64,
    bytes: usize,
}

#[derive(Debug)]
struct LogEntry {
    seq: u64,
    events: u64,
    bytes: usize,
}

impl Logged {
    pub fn push(&mut self, seq: u64, events: u64, bytes: usize) {
        self.entries.push_back(LogEntry { seq, events, bytes });
        self.events += events;
        self.bytes += bytes;
    }

    /// Lets go of all but the recent past. Gives back the number up to which the log is not needed, if
    /// the rows say all of it.
    pub fn trim(&mut self, log_seq: u64) -> u64 {
        while let Some(oldest) = self.entries.front()
            && (self.entries.len() > limits::PAST_TURNS_MAX
                || self.bytes > limits::PAST_BYTES_MAX
                || self.events - oldest.events >= limits::PAST_EVENTS)
        {
            self.events -= oldest.events;
            self.bytes -= oldest.bytes;
            self.entries.pop_front();
        }
        self.entries.front().map_or(log_seq, |oldest| oldest.seq - 1)
    }

    /// Some events are not in it: those before are of no use any more.
    pub fn clear(&mut self) {
        *self = Logged::default();
    }
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
        Table::Archive | Table::Requests | Table::Outbox => {}
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
