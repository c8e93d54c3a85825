//! The store, the driver, the vault and the gate of a golden's plane.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use regiment_core::driver::{
    Adoption, Done, Driver, DriverError, Finding, LooseDisk, Rejection, StepCall, StepReport, Verb,
};
use regiment_core::model::{Host, ProjectId, ServerId, Time, VolumeId};
use regiment_core::store::{Archive, Batch, Loaded, Store, StoreError, Table, Visit};
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
        _keep: &mut dyn FnMut(&[u8]) -> bool,
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
}

/// What the driver does instead of succeeding, for one verb on one server (or on all).
#[derive(Clone, Debug)]
pub struct Mishap {
    pub verb: String,
    pub server: Option<ServerId>,
    /// Absent: it never reports.
    pub rejection: Option<Rejection>,
}

/// Does everything it is told in the moment it is told, but for its mishaps.
pub struct Instant {
    mishaps: Vec<Mishap>,
    reports: Vec<StepReport>,
}

impl Instant {
    pub fn new(mishaps: Vec<Mishap>) -> Instant {
        Instant { mishaps, reports: Vec::new() }
    }
}

impl Driver for Instant {
    fn hosts(&self) -> Vec<Host> {
        Vec::new()
    }

    fn adopt(&mut self, known: &mut dyn Iterator<Item = Adoption>) {
        known.for_each(drop);
    }

    fn begin(&mut self, _now: Time, calls: Vec<StepCall>) {
        for call in calls {
            let (word, server) = word_of(&call.verb);
            let mishap = self.mishaps.iter().find(|mishap| {
                mishap.verb == word && mishap.server.is_none_or(|id| Some(id) == server)
            });
            let placed_on = match call.verb {
                Verb::Provision { .. } => Some("host-a1".into()),
                Verb::Place { .. } => Some("host-a2".into()),
                _ => None,
            };
            let result = match mishap {
                None => Ok(Done { placed_on }),
                Some(Mishap { rejection: Some(rejection), .. }) => {
                    Err(DriverError::Rejected(rejection.clone()))
                }
                Some(Mishap { rejection: None, .. }) => continue,
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

    fn list(&self) -> Vec<ServerId> {
        Vec::new()
    }
}

/// The word a scene uses for a verb, and the server it is about.
fn word_of(verb: &Verb) -> (&'static str, Option<ServerId>) {
    match verb {
        Verb::Provision { server, .. } => ("provision", Some(*server)),
        Verb::Run { server } => ("run", Some(*server)),
        Verb::Stop { server, .. } => ("stop", Some(*server)),
        Verb::Reboot { server, .. } => ("reboot", Some(*server)),
        Verb::Remove { server } => ("remove", Some(*server)),
        Verb::Shape { server, .. } => ("shape", Some(*server)),
        Verb::Place { server, .. } => ("place", Some(*server)),
        Verb::Password { server, .. } => ("password", Some(*server)),
        Verb::Image { server, .. } => ("image", Some(*server)),
        Verb::Nics { server, .. } => ("nics", Some(*server)),
        Verb::Disks { server, .. } => ("disks", Some(*server)),
        Verb::Disk { .. } => ("disk", None),
        Verb::NoDisk { .. } => ("no-disk", None),
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
    pub now: Time,
    nonces: Mutex<Vec<(String, String)>>,
}

impl Keeper {
    pub fn new(project: ProjectId, now: Time) -> Keeper {
        Keeper { project, now, nonces: Mutex::default() }
    }

    fn bearer_of_project(&self) -> Bearer {
        Bearer {
            access_key: ACCESS_KEY.into(),
            project: self.project,
            issued_at: self.now,
            expires_at: self.now.after_ms(24 * 3_600_000),
        }
    }
}

impl Gate for Keeper {
    fn key(&self, access_key: &str) -> Option<Key> {
        (access_key == ACCESS_KEY)
            .then(|| Key { secret_key: Secret::new(SECRET_KEY), project: self.project })
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
}
