//! Who may come in: access keys, bearer tokens and used nonces. What dialects ask through
//! [`Gate`].
//!
//! A token is not kept anywhere: it says under our own seal whom it speaks for and until when.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::RwLock;
use regiment_core::apply::Change;
use regiment_core::edits::Put;
use regiment_core::model::{Credential, ProjectId, Role, Time};
use regiment_core::vault::{Sealed, Secret, Vault as _};
use regiment_dialects::sign::same;
use regiment_dialects::{Bearer, Gate, Key};

use crate::clock::Clock;
use crate::nonces::Nonces;
use crate::vault::{KeyVault, Purpose};

/// A token is good for a day, as the vendors' are.
pub const TOKEN_LIFE_MS: i64 = 24 * 3_600_000;

/// Longer ones are not ours, and not worth the work of finding out.
const TOKEN_CHARS_MAX: usize = 1_024;

pub struct Keyring {
    vault: Arc<KeyVault>,
    clock: Arc<dyn Clock>,
    /// Opened once; a secret key is erased when the last holder lets go.
    keys: RwLock<HashMap<Arc<str>, Key>>,
    nonces: Nonces,
}

impl Keyring {
    pub fn new(vault: Arc<KeyVault>, clock: Arc<dyn Clock>) -> Keyring {
        Keyring { vault, clock, keys: RwLock::default(), nonces: Nonces::default() }
    }

    /// Lets the owner of a credential in. Says whether its seal could be opened.
    pub fn learn(&self, credential: &Credential) -> bool {
        let Some(secret_key) = self.vault.open(&credential.secret_key) else { return false };
        let key = Key { secret_key, project: credential.project, role: credential.role };
        self.keys.write().insert(credential.access_key.clone(), key);
        true
    }

    /// Lets nobody in any more with this access key, nor with a token of it.
    pub fn forget(&self, access_key: &str) {
        self.keys.write().remove(access_key);
    }

    /// Takes up what a change says of credentials. It is durable, so it holds from now on.
    pub fn heed(&self, change: &Change) {
        match change {
            Change::CredentialAdded(credential) => self.heed_credential(credential),
            Change::Edited(edited) => {
                for put in &edited.puts {
                    match put {
                        Put::Credential(credential) => self.heed_credential(credential),
                        Put::NoCredential(access_key) => self.forget(access_key),
                        Put::Server { .. }
                        | Put::Asset(_)
                        | Put::NoAsset(_)
                        | Put::Project(_)
                        | Put::Mark { .. } => {}
                    }
                }
            }
            Change::ProjectAdded(_)
            | Change::FlavorAdded(_)
            | Change::ImageAdded(_)
            | Change::HostSet(_)
            | Change::ServersAdded(_)
            | Change::JobAccepted(_)
            | Change::Progress(_)
            | Change::Marked(_)
            | Change::JobsArchived(_)
            | Change::PowerSeen(_)
            | Change::TokensExpired(_) => {}
        }
    }

    fn heed_credential(&self, credential: &Credential) {
        if !self.learn(credential) {
            tracing::error!(access_key = %credential.access_key, "a credential cannot be opened");
        }
    }

    fn issue_to(&self, access_key: &str, key: &Key) -> (String, Bearer) {
        let Key { secret_key: _, project, role } = *key;
        let issued_at = self.clock.now();
        let expires_at = issued_at.after_ms(TOKEN_LIFE_MS);
        let mut said = Vec::with_capacity(32 + access_key.len());
        said.extend(issued_at.0.to_be_bytes());
        said.extend(expires_at.0.to_be_bytes());
        said.extend(project.0.to_be_bytes());
        said.extend(access_key.as_bytes());
        let token = URL_SAFE_NO_PAD.encode(self.vault.seal_bytes(Purpose::Token, &said));
        (token, Bearer { access_key: access_key.into(), project, role, issued_at, expires_at })
    }
}

impl Gate for Keyring {
    fn key(&self, access_key: &str) -> Option<Key> {
        self.keys.read().get(access_key).cloned()
    }

    fn bearer(&self, token: &str) -> Option<Bearer> {
        if token.len() > TOKEN_CHARS_MAX {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let said = self.vault.open_bytes(Purpose::Token, &sealed)?;
        let (issued_at, rest) = said.split_first_chunk::<8>()?;
        let (expires_at, rest) = rest.split_first_chunk::<8>()?;
        let (project, access_key) = rest.split_first_chunk::<16>()?;
        let access_key = std::str::from_utf8(access_key).ok()?;
        // What the key may do now counts, not what it might when the token was made.
        let (known, role) = self.keys.read().get(access_key).map(|key| (key.project, key.role))?;
        let bearer = Bearer {
            access_key: access_key.into(),
            project: ProjectId(u128::from_be_bytes(*project)),
            role,
            issued_at: Time(i64::from_be_bytes(*issued_at)),
            expires_at: Time(i64::from_be_bytes(*expires_at)),
        };
        let good = self.clock.now() < bearer.expires_at && known == bearer.project;
        good.then_some(bearer)
    }

    fn issue(&self, access_key: &str, secret_key: &str) -> Option<(String, Bearer)> {
        let key = self.key(access_key);
        // One that does not exist takes as long to refuse as one with another secret.
        let expected = key.as_ref().map_or("", |key| key.secret_key.expose());
        let knows = same(expected.as_bytes(), secret_key.as_bytes());
        let key = key.filter(|_| knows)?;
        Some(self.issue_to(access_key, &key))
    }

    fn first_use(&self, access_key: &str, nonce: &str, forget_at: Time) -> bool {
        self.nonces.first_use(access_key, nonce, forget_at, self.clock.now())
    }

    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the system has randomness");
        bytes
    }

    fn seal(&self, secret: &Secret) -> Sealed {
        self.vault.seal(secret)
    }
}

/// The credential of a key pair, its secret key sealed.
pub fn credential(
    vault: &KeyVault,
    access_key: Arc<str>,
    secret_key: &Secret,
    project: ProjectId,
    role: Role,
) -> Credential {
    let secret_key = vault.seal(secret_key);
    Credential { access_key, project, secret_key, role, created_at: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::testing::HeldClock;

    const PROJECT: ProjectId = ProjectId(7);

    fn keyring() -> (Keyring, Arc<HeldClock>) {
        let clock = Arc::new(HeldClock::at(Time(1_700_000_000_000)));
        let vault = Arc::new(KeyVault::ephemeral());
        let keyring = Keyring::new(vault.clone(), clock.clone());
        let secret = Secret::new("the secret key");
        assert!(keyring.learn(&credential(&vault, "AK".into(), &secret, PROJECT, Role::Admin)));
        (keyring, clock)
    }

    #[test]
    fn a_token_speaks_for_its_key_until_its_day_is_over() {
        let (keyring, clock) = keyring();
        let (token, issued) = keyring.issue("AK", "the secret key").unwrap();
        let bearer = keyring.bearer(&token).unwrap();
        assert_eq!(&*bearer.access_key, "AK");
        assert_eq!(bearer.project, PROJECT);
        assert_eq!(bearer.expires_at, issued.expires_at);
        clock.advance_ms(TOKEN_LIFE_MS - 1);
        assert!(keyring.bearer(&token).is_some());
        clock.advance_ms(1);
        assert!(keyring.bearer(&token).is_none());
    }

    #[test]
    fn nobody_gets_a_token_without_the_secret_key() {
        let (keyring, _clock) = keyring();
        for (access_key, secret_key) in
            [("AK", ""), ("AK", "the secret ke"), ("AK", "the secret kez"), ("BK", ""), ("", "")]
        {
            assert!(keyring.issue(access_key, secret_key).is_none());
        }
    }

    #[test]
    fn a_token_of_ours_cannot_be_changed_or_made_elsewhere() {
        let (ours, _clock) = keyring();
        let (theirs, _clock) = keyring();
        let (token, _) = ours.issue("AK", "the secret key").unwrap();
        assert!(theirs.bearer(&token).is_none());
        for index in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(ours.bearer(&changed).is_none(), "character {index}");
        }
        for bad in ["", "x", "====", &"A".repeat(5_000)] {
            assert!(ours.bearer(bad).is_none());
        }
    }

    #[test]
    fn a_foreign_seal_lets_nobody_in() {
        let (keyring, _clock) = keyring();
        let other = KeyVault::ephemeral();
        let secret = Secret::new("x");
        assert!(!keyring.learn(&credential(&other, "BK".into(), &secret, PROJECT, Role::Admin)));
        assert!(keyring.key("BK").is_none());
    }
}
