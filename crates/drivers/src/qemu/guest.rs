//! What a guest is told by its agent: a password at any time, and at a start whatever was ordered
//! while it could not hear.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regiment_core::driver::{DriverError, Rejection};

use super::agent::AgentError;
use super::machine::{Machine, failed, rejected};
use super::record::PendingPassword;

/// Where user data that is a program is put, and run once.
const USER_DATA: &str = "/var/lib/regiment-user-data";

impl Machine {
    /// Nothing of it may be lost on the way: what the guest did not take stays to be told.
    pub async fn settle_in(&mut self, hostname: Option<Arc<str>>) -> Result<(), DriverError> {
        let Some(pending) = self.record.as_ref().map(|record| record.pending.clone()) else {
            return rejected(Rejection::Missing);
        };
        if let Some(password) = &pending.password {
            self.tell_password(password).await?;
            self.told(|pending| pending.password = None)?;
        }
        if let Some(key) = &pending.public_key {
            self.tell_key(key).await?;
            self.told(|pending| pending.public_key = None)?;
        }
        if let Some(hostname) = hostname {
            self.tell_hostname(hostname).await?;
        }
        if let Some(data) = &pending.user_data {
            self.told(|pending| pending.user_data = None)?;
            self.run_user_data(data).await;
        }
        Ok(())
    }

    fn told(
        &mut self,
        change: impl FnOnce(&mut super::record::Pending),
    ) -> Result<(), DriverError> {
        if let Some(record) = &mut self.record {
            change(&mut record.pending);
        }
        self.write_or_fail()
    }

    pub async fn tell_password(&mut self, password: &PendingPassword) -> Result<(), DriverError> {
        let PendingPassword { sealed, crypted } = password;
        let Some(clear) = self.shared.config.vault.open(sealed) else {
            return failed("the password's seal is not ours");
        };
        let patience = self.patience().agent;
        let user = self.admin_user();
        let Some(agent) = self.running.as_mut().and_then(|running| running.agent.as_mut()) else {
            return rejected(Rejection::AgentMissing);
        };
        answered(&agent.set_password(&user, clear.expose(), *crypted, patience).await)
    }

    async fn tell_key(&mut self, key: &str) -> Result<(), DriverError> {
        let patience = self.patience().agent;
        let user = self.admin_user();
        let Some(agent) = self.running.as_mut().and_then(|running| running.agent.as_mut()) else {
            return rejected(Rejection::AgentMissing);
        };
        answered(&agent.add_key(&user, key.trim(), patience).await)
    }

    /// A guest that does not take its name is told again at its next start; it is a running server all
    /// the same.
    async fn tell_hostname(&mut self, hostname: Arc<str>) -> Result<(), DriverError> {
        let known = self.record.as_ref().and_then(|record| record.hostname.as_ref());
        let takes = self.record.as_ref().is_some_and(|record| record.disk.takes_hashes);
        if known == Some(&hostname) || !is_hostname(&hostname) || !takes {
            return Ok(());
        }
        let patience = self.patience().agent;
        let Some(agent) = self.running.as_mut().and_then(|running| running.agent.as_mut()) else {
            return Ok(());
        };
        let line = format!("{hostname}\n");
        let written = agent.write_file("/etc/hostname", line.as_bytes(), patience).await;
        let named = match written {
            Ok(()) => agent.run("hostname", &[&hostname], patience).await.map(|ran| ran.exit_code),
            Err(error) => Err(error),
        };
        match named {
            Ok(Some(0)) => {
                if let Some(record) = &mut self.record {
                    record.hostname = Some(hostname);
                }
                self.write_or_fail()
            }
            Ok(code) => {
                tracing::warn!(server = %self.server, ?code, "the guest did not take its name");
                Ok(())
            }
            Err(error) => {
                tracing::warn!(server = %self.server, "the guest did not take its name: {error}");
                Ok(())
            }
        }
    }

    /// A program is put into the guest and begun there, once. Anything else is for cloud-init.
    async fn run_user_data(&mut self, data: &str) {
        let bytes = BASE64.decode(data).unwrap_or_else(|_| data.as_bytes().to_vec());
        if !bytes.starts_with(b"#!") {
            tracing::warn!(server = %self.server, "user data that is no program is not run");
            return;
        }
        let patience = self.patience().agent;
        let Some(agent) = self.running.as_mut().and_then(|running| running.agent.as_mut()) else {
            return;
        };
        let ran = async {
            agent.write_file(USER_DATA, &bytes, patience).await?;
            agent.run("chmod", &["700", USER_DATA], patience).await?;
            agent.begin(USER_DATA, patience).await
        };
        if let Err(error) = ran.await {
            tracing::warn!(server = %self.server, "user data is not run: {error}");
        }
    }

    fn admin_user(&self) -> Arc<str> {
        self.record.as_ref().map_or_else(|| "root".into(), |one| one.disk.admin_user.clone())
    }
}

fn answered(answer: &Result<(), AgentError>) -> Result<(), DriverError> {
    match answer {
        Ok(()) => Ok(()),
        Err(AgentError::Refused(_)) => rejected(Rejection::AgentRefused),
        Err(AgentError::Silent | AgentError::Io(_)) => rejected(Rejection::AgentMissing),
    }
}

/// What every system takes for a name.
fn is_hostname(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    (1..=64).contains(&name.len()) && name.chars().all(plain) && !name.starts_with(['-', '.'])
}
