//! The store, the driver, the vault and the gate of a golden's plane.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use regiment_core::driver::{
    Adoption, Done, Driver, DriverError, Finding, LooseDisk, Machines, Rejection, StepCall,
    StepReport, Verb,
};
use regiment_core::model::{
    Host, ImageId, Phase, ProjectId, Role, Server, ServerId, Time, VolumeId,
};
use regiment_core::store::{
    Archive, Batch, KeyAndRow, Loaded, Store, StoreError, Swept, Table, Visit,
};
use regiment_core::vault::{Sealed, Secret, Vault};
use regiment_dialects::{Bearer, Gate, Key};

type Rows = BTreeMap<(Table, Vec<u8>), Vec<u8>>;

/// Keeps rows as long as the test runs.
#[derive(Clone, Default)]
pub struct Memory {
    rows: Arc<Mutex<Rows>>,
}

impl Store for Memory {
    fn load(&mut self, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let rows = self.rows.lock().expect("no test panics with the lock");
        for ((table, key), value) in rows.iter().filter(|((t, _), _)| Table::LOADED.contains(t)) {
            visit(Loaded::Row(*table, key, value))?;
        }
        Ok(())
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        let mut rows = self.rows.lock().expect("no test panics with the lock");
        for (table, key, value) in batch.rows {
            match value {
                Some(value) => rows.insert((table, key), value),
                None => rows.remove(&(table, key)),
            };
        }
        Ok(())
    }

    fn archive(&self) -> Arc<dyn Archive> {
        Arc::new(self.clone())
    }

    fn sweep(
        &mut self,
        _rows_max: usize,
        _judge: &mut dyn FnMut(&[u8]) -> Swept,
    ) -> Result<usize, StoreError> {
        Ok(0)
    }
}

impl Archive for Memory {
    fn at_or_before(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self.rows.lock().expect("no test panics with the lock");
        let upto = (Table::Archive, Vec::new())..=(Table::Archive, key.to_vec());
        Ok(rows.range(upto).next_back().map(|(_, row)| row.clone()))
    }

    fn of_request(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self.rows.lock().expect("no test panics with the lock");
        Ok(rows.get(&(Table::Requests, key.to_vec())).cloned())
    }

    fn outbox_from(&self, key: &[u8]) -> Result<Option<KeyAndRow>, StoreError> {
        let rows = self.rows.lock().expect("no test panics with the lock");
        let first = rows.range((Table::Outbox, key.to_vec())..).next();
        let first = first.filter(|((table, _), _)| *table == Table::Outbox);
        Ok(first.map(|((_, key), row)| (key.clone(), row.clone())))
    }
}

/// What the driver does instead of succeeding, for one verb on one server (or on all).
#[derive(Clone, Debug)]
pub struct Mishap {
    pub verb: String,
    pub server: Option<ServerId>,
    /// Absent: it never reports.
    pub rejection: Option<Rejection>,
}

/// Does everything it is told in the moment it is told, but for its mishaps. Of its servers it knows
/// where they live and nothing else.
pub struct Instant {
    mishaps: Vec<Mishap>,
    homes: BTreeMap<ServerId, Arc<str>>,
    reports: Vec<StepReport>,
    printed: Printed,
}

/// The words for what was done to each server.
type Printed = Arc<Mutex<BTreeMap<ServerId, String>>>;

/// What servers are placed on, whatever their zone.
const HOSTS: [&str; 2] = ["host-a1", "host-a2"];

impl Instant {
    pub fn new(mishaps: Vec<Mishap>) -> Instant {
        Instant {
            mishaps,
            homes: BTreeMap::new(),
            reports: Vec::new(),
            printed: Printed::default(),
        }
    }

    /// The first host that is neither this one nor one of theirs.
    fn choose(&self, away_from: &str, apart_from: &[ServerId]) -> Option<Arc<str>> {
        let taken = |host: &str| {
            apart_from.iter().any(|id| self.homes.get(id).is_some_and(|home| **home == *host))
        };
        HOSTS.into_iter().find(|host| *host != away_from && !taken(host)).map(Arc::from)
    }

    fn carry_out(&mut self, verb: &Verb) -> Result<Done, DriverError> {
        let full = DriverError::Rejected(Rejection::NoCapacity);
        let (server, home) = match verb {
            Verb::Provision { server, plan } => (server, self.choose("", &plan.apart_from)),
            Verb::Place { server, away_from, apart_from } => {
                (server, self.choose(away_from, apart_from))
            }
            Verb::Run { server, hostname: _, apart_from } if !apart_from.is_empty() => {
                let home = self.homes.get(server).cloned();
                let alone = home.as_ref().is_none_or(|home| {
                    apart_from.iter().all(|other| self.homes.get(other) != Some(home))
                });
                let elsewhere = if alone { None } else { self.choose("", apart_from) };
                (server, elsewhere.or(home))
            }
            Verb::Run { .. }
            | Verb::Stop { .. }
            | Verb::Reboot { .. }
            | Verb::Crash { .. }
            | Verb::Remove { .. }
            | Verb::Shape { .. }
            | Verb::Password { .. }
            | Verb::Image { .. }
            | Verb::Nics { .. }
            | Verb::Disks { .. }
            | Verb::Disk { .. }
            | Verb::NoDisk { .. }
            | Verb::Capture { .. }
            | Verb::CopyImage { .. }
            | Verb::NoImage { .. }
            | Verb::Key { .. }
            | Verb::Balance { .. }
            | Verb::Unbalance { .. } => return Ok(Done { placed_on: None }),
        };
        let home = home.ok_or(full)?;
        self.homes.insert(*server, home.clone());
        Ok(Done { placed_on: Some(home) })
    }
}

/// What is to be seen of the machines: a line of text for each thing that was done to one, and an
/// agent where no mishap says that it is missing.
struct Seen {
    mishaps: Vec<Mishap>,
    printed: Printed,
}

impl Seen {
    fn mishap(&self, word: &str, server: ServerId) -> bool {
        let of = |mishap: &Mishap| mishap.server.is_none_or(|id| id == server);
        self.mishaps.iter().any(|mishap| mishap.verb == word && of(mishap))
    }
}

impl Machines for Seen {
    fn console(&self, server: &Server) -> Option<String> {
        if server.phase == Phase::Creating || self.mishap("console", server.id) {
            return None;
        }
        let printed = self.printed.lock().expect("no test panics with the lock");
        let done = printed.get(&server.id).map(String::as_str).unwrap_or_default();
        Some(format!("{} <login>:\n{done}", server.name))
    }

    fn has_agent(&self, server: ServerId) -> bool {
        !self.mishap("password", server)
    }
}

impl Driver for Instant {
    fn hosts(&self) -> Vec<Host> {
        Vec::new()
    }

    fn adopt(&mut self, known: &mut dyn Iterator<Item = Adoption>) {
        self.homes.extend(known.map(|known| (known.finding.server, known.finding.host)));
    }

    fn begin(&mut self, now: Time, calls: Vec<StepCall>) {
        for call in calls {
            let (word, server) = word_of(&call.verb);
            let mishap = self.mishaps.iter().find(|mishap| {
                mishap.verb == word && mishap.server.is_none_or(|id| Some(id) == server)
            });
            if let Some(server) = server {
                let mut printed = self.printed.lock().expect("no test panics with the lock");
                let line = format!("{}: {word}\n", now.0);
                printed.entry(server).or_default().push_str(&line);
            }
            let result = match mishap.map(|mishap| mishap.rejection.clone()) {
                None => self.carry_out(&call.verb),
                Some(Some(rejection)) => Err(DriverError::Rejected(rejection)),
                Some(None) => continue,
            };
            self.reports.push(StepReport { step: call.step, result });
        }
    }

    fn collect(&mut self, _now: Time) -> Vec<StepReport> {
        std::mem::take(&mut self.reports)
    }

    fn next_due(&self) -> Option<Time> {
        None
    }

    fn inspect(&self, _server: ServerId) -> Option<Finding> {
        None
    }

    fn inspect_disk(&self, _volume: VolumeId) -> Option<LooseDisk> {
        None
    }

    fn has_image(&self, _image: ImageId) -> bool {
        false
    }

    fn list(&self) -> Vec<ServerId> {
        Vec::new()
    }

    fn machines(&self) -> Arc<dyn Machines> {
        Arc::new(Seen { mishaps: self.mishaps.clone(), printed: self.printed.clone() })
    }
}

/// The word a scene uses for a verb, and the server it is about.
fn word_of(verb: &Verb) -> (&'static str, Option<ServerId>) {
    match verb {
        Verb::Provision { server, .. } => ("provision", Some(*server)),
        Verb::Run { server, .. } => ("run", Some(*server)),
        Verb::Stop { server, .. } => ("stop", Some(*server)),
        Verb::Reboot { server, .. } => ("reboot", Some(*server)),
        Verb::Crash { server, .. } => ("crash", Some(*server)),
        Verb::Remove { server, disks: _ } => ("remove", Some(*server)),
        Verb::Shape { server, .. } => ("shape", Some(*server)),
        Verb::Place { server, .. } => ("place", Some(*server)),
        Verb::Password { server, .. } => ("password", Some(*server)),
        Verb::Image { server, .. } => ("image", Some(*server)),
        Verb::Nics { server, .. } => ("nics", Some(*server)),
        Verb::Disks { server, .. } => ("disks", Some(*server)),
        Verb::Disk { .. } => ("disk", None),
        Verb::NoDisk { .. } => ("no-disk", None),
        Verb::Capture { server, .. } => ("capture", Some(*server)),
        Verb::CopyImage { .. } => ("copy-image", None),
        Verb::NoImage { .. } => ("no-image", None),
        Verb::Key { server, .. } => ("key", Some(*server)),
        Verb::Balance { .. } => ("balance", None),
        Verb::Unbalance { .. } => ("unbalance", None),
    }
}

/// Hides nothing: what is sealed here never leaves the test.
pub struct Glass;

impl Vault for Glass {
    fn seal(&self, secret: &Secret) -> Sealed {
        Sealed(secret.expose().as_bytes().to_vec())
    }

    fn open(&self, sealed: &Sealed) -> Option<Secret> {
        String::from_utf8(sealed.0.clone()).ok().map(Secret::new)
    }
}

pub const ACCESS_KEY: &str = "AKEXAMPLE0000000000A";
pub const SECRET_KEY: &str = "sKeXaMpLe0000000000000000000000000000000";
pub const BEARER: &str = "good-token";

/// Knows one key pair and one token, both of one project, and never forgets a nonce.
pub struct Keeper {
    pub project: ProjectId,
    pub role: Role,
    pub now: Time,
    nonces: Mutex<Vec<(String, String)>>,
}

impl Keeper {
    pub fn new(project: ProjectId, now: Time) -> Keeper {
        Keeper { project, role: Role::Admin, now, nonces: Mutex::default() }
    }

    fn bearer_of_project(&self) -> Bearer {
        Bearer {
            access_key: ACCESS_KEY.into(),
            project: self.project,
            role: self.role,
            issued_at: self.now,
            expires_at: self.now.after_ms(24 * 3_600_000),
        }
    }
}

impl Gate for Keeper {
    fn key(&self, access_key: &str) -> Option<Key> {
        (access_key == ACCESS_KEY).then(|| Key {
            secret_key: Secret::new(SECRET_KEY),
            project: self.project,
            role: self.role,
        })
    }

    fn bearer(&self, token: &str) -> Option<Bearer> {
        (token == BEARER).then(|| self.bearer_of_project())
    }

    fn issue(&self, access_key: &str, secret_key: &str) -> Option<(String, Bearer)> {
        (access_key == ACCESS_KEY && secret_key == SECRET_KEY)
            .then(|| (BEARER.to_owned(), self.bearer_of_project()))
    }

    fn first_use(&self, access_key: &str, nonce: &str, _forget_at: Time) -> bool {
        let mut nonces = self.nonces.lock().expect("no test panics with the lock");
        let use_of = (access_key.to_owned(), nonce.to_owned());
        let first = !nonces.contains(&use_of);
        nonces.push(use_of);
        first
    }

    fn random(&self) -> [u8; 32] {
        [7; 32]
    }

    fn seal(&self, secret: &Secret) -> Sealed {
        Sealed(secret.expose().as_bytes().to_vec())
    }
}
