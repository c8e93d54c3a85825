//! The first boot of a system that has cloud-init: a seed tells it what was ordered. What it does not
//! take from there is told by the agent, as to any other guest.

use std::sync::Arc;

use regiment_core::driver::{DriverError, Rejection};
use serde_json::json;
use zeroize::Zeroizing;

use super::launch::{SEED_DEVICE, SEED_NODE};
use super::machine::{Machine, failed, rejected};
use super::record::PendingPassword;
use super::seed::Seed;

/// What became of the seed.
enum Took {
    All,
    /// It was read, and not all went well.
    Part,
    /// Nobody reads seeds there.
    Nothing,
}

impl Machine {
    /// The seed that the next start has beside its disk. What the system has taken already is not
    /// said again; who it is and what its user said are asked for at every start.
    pub fn seed(
        &self,
        hostname: Option<&Arc<str>>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, DriverError> {
        let Some(record) = self.record.as_ref().filter(|record| record.disk.cloud_init) else {
            return Ok(None);
        };
        let (disk, pending) = (&record.disk, &record.pending);
        let first = disk.first_boot;
        let password = match pending.password.as_ref().filter(|one| first && one.crypted) {
            None => None,
            Some(PendingPassword { sealed, crypted: _ }) => {
                let opened = self.shared.config.vault.open(sealed);
                if opened.is_none() {
                    return failed("the password's seal is not ours");
                }
                opened
            }
        };
        let seed = Seed {
            server: record.server,
            disk: disk.number,
            hostname: hostname.or(record.hostname.as_ref()).map(|name| &**name),
            admin_user: &disk.admin_user,
            password: password.as_ref(),
            public_key: pending.public_key.as_deref().filter(|_| first),
            user_data: disk.user_data.as_deref(),
        };
        seed.bytes().map(Some).or_else(|error| failed(format_args!("the seed: {error}")))
    }

    /// Waits until cloud-init has done all of a first boot. Called when the agent answers.
    pub async fn end_first_boot(&mut self, hostname: Option<&Arc<str>>) -> Result<(), DriverError> {
        if !self.record.as_ref().is_some_and(|record| record.disk.first_boot) {
            return Ok(());
        }
        let took = self.ask_cloud_init().await;
        let Some(record) = &mut self.record else {
            return rejected(Rejection::Missing);
        };
        record.disk.first_boot = false;
        match took {
            Took::All => {
                // What is no hash was not in it.
                record.pending.password = record.pending.password.take().filter(|one| !one.crypted);
                record.pending.public_key = None;
                if let Some(hostname) = hostname {
                    record.hostname = Some(hostname.clone());
                }
            }
            Took::Part => {
                tracing::warn!(server = %self.server, "cloud-init met an error in the guest");
            }
            Took::Nothing => {
                tracing::warn!(server = %self.server, "the guest has no cloud-init that runs");
                record.pending.user_data = record.disk.user_data.clone();
            }
        }
        self.write_or_fail()?;
        self.put_seed_away().await;
        Ok(())
    }

    async fn ask_cloud_init(&mut self) -> Took {
        let patience = self.patience().first_boot;
        let Some(agent) = self.running.as_mut().and_then(|running| running.agent.as_mut()) else {
            return Took::Nothing;
        };
        let said = match agent.run("cloud-init", &["status", "--wait"], patience).await {
            Ok(ran) => String::from_utf8_lossy(&ran.output).into_owned(),
            Err(error) => {
                tracing::warn!(server = %self.server, "cloud-init is not heard of: {error}");
                return Took::Nothing;
            }
        };
        let is = |word: &str| said.lines().any(|line| line.trim() == format!("status: {word}"));
        if is("done") {
            Took::All
        } else if is("error") || is("running") {
            Took::Part
        } else {
            Took::Nothing
        }
    }

    /// Takes the seed out of the running machine, so that the next disk gets its letter, and its
    /// secrets are nowhere. Its guest may keep it until it stops.
    async fn put_seed_away(&mut self) {
        let back = ("blockdev-del", json!({ "node-name": SEED_NODE }));
        let out = self.take_out(SEED_DEVICE.to_owned(), back).await;
        let gone = self.folder.drop_seed();
        if let Err(error) = &out {
            tracing::info!(server = %self.server, "the seed stays until the next stop: {error:?}");
        }
        if let Err(error) = gone {
            tracing::warn!(server = %self.server, "the seed's file stays: {error}");
        }
    }
}
