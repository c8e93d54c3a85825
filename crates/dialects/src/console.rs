//! Consoles of servers: the passes by which the page of one is opened without any other proof. One
//! dialect serves that page, whichever gave the pass.
//!
//! A pass is not kept anywhere. It names the server and the key of whoever asked for it, is good for
//! a few minutes, and is proved by that key's secret, so that it falls with the key.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use regiment_core::model::{FaultKind, Phase, Power, ProjectId, Server, ServerId, Time};

use crate::{Gate, Key, sign};

/// How long a pass is good: what the vendors say of theirs.
const PASS_LIFE_MS: i64 = 10 * 60_000;

/// Why there is no console to be opened of this server: only what runs has one.
pub const fn not_running(server: &Server) -> Option<FaultKind> {
    match (server.phase, server.power) {
        (Phase::Creating, _) => Some(FaultKind::ServerBusy),
        (Phase::Broken, _) => Some(FaultKind::ServerBroken),
        (Phase::Ready, Power::Stopped) => Some(FaultKind::ServerStopped),
        (Phase::Ready, Power::Running) => None,
    }
}

/// Whoever has its token may see one console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    pub project: ProjectId,
    pub server: ServerId,
    pub expires_at: Time,
}

/// So that no other thing signed with a key can stand for a pass.
const PURPOSE: &[u8] = b"remote-console\n";
/// Longer ones are not ours.
const TOKEN_CHARS_MAX: usize = 1_024;

impl Pass {
    /// The address of the page that the holder of a key may see of a server from now on.
    pub fn url(base: &str, access_key: &str, key: &Key, server: ServerId, now: Time) -> String {
        let expires_at = now.after_ms(PASS_LIFE_MS);
        let mut said = Vec::with_capacity(64 + access_key.len());
        said.extend(server.0.to_be_bytes());
        said.extend(expires_at.0.to_be_bytes());
        said.extend(access_key.as_bytes());
        let proof = proof(key, &said);
        let token = BASE64_URL_SAFE_NO_PAD.encode([&proof[..], &said].concat());
        format!("{base}/remote-console?token={token}")
    }

    /// What a token says, if it is one of ours and still good.
    pub fn read(token: &str, gate: &dyn Gate, now: Time) -> Option<Pass> {
        if token.len() > TOKEN_CHARS_MAX {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (proved, said) = bytes.split_first_chunk::<32>()?;
        let (server, rest) = said.split_first_chunk::<16>()?;
        let (expires_at, access_key) = rest.split_first_chunk::<8>()?;
        let key = gate.key(std::str::from_utf8(access_key).ok()?)?;
        let pass = Pass {
            project: key.project,
            server: ServerId(u128::from_be_bytes(*server)),
            expires_at: Time(i64::from_be_bytes(*expires_at)),
        };
        let good = sign::same(&proof(&key, said), proved) && now < pass.expires_at;
        good.then_some(pass)
    }
}

fn proof(key: &Key, said: &[u8]) -> [u8; 32] {
    let secret = key.secret_key.expose().as_bytes();
    sign::hmac_sha256(secret, &[PURPOSE, said].concat())
}

#[cfg(test)]
mod tests {
    use regiment_core::model::Role;
    use regiment_core::vault::{Sealed, Secret};

    use super::*;
    use crate::Bearer;

    struct One(Key);

    impl Gate for One {
        fn key(&self, access_key: &str) -> Option<Key> {
            (access_key == "AK").then(|| self.0.clone())
        }

        fn bearer(&self, _token: &str) -> Option<Bearer> {
            None
        }

        fn issue(&self, _access_key: &str, _secret_key: &str) -> Option<(String, Bearer)> {
            None
        }

        fn first_use(&self, _access_key: &str, _nonce: &str, _forget_at: Time) -> bool {
            false
        }

        fn random(&self) -> [u8; 32] {
            [0; 32]
        }

        fn seal(&self, _secret: &Secret) -> Sealed {
            Sealed(Vec::new())
        }
    }

    fn key(secret: &str) -> Key {
        Key { secret_key: Secret::new(secret), project: ProjectId(7), role: Role::Reader }
    }

    #[test]
    fn a_pass_opens_one_console_for_a_while() {
        let gate = One(key("secret"));
        let now = Time(1_000);
        let url = Pass::url("http://here", "AK", &gate.0, ServerId(5), now);
        let token = url.strip_prefix("http://here/remote-console?token=").unwrap();
        let pass = Pass::read(token, &gate, now).unwrap();
        assert_eq!((pass.project, pass.server), (ProjectId(7), ServerId(5)));
        let last = pass.expires_at.after_ms(-1);
        assert_eq!(Pass::read(token, &gate, last), Some(pass.clone()));
        assert_eq!(Pass::read(token, &gate, pass.expires_at), None, "its time is over");
        assert_eq!(Pass::read(token, &One(key("another")), now), None, "the key was changed");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).unwrap();
        for place in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[place] ^= 1;
            let broken = BASE64_URL_SAFE_NO_PAD.encode(broken);
            assert_eq!(Pass::read(&broken, &gate, now), None, "byte {place}");
            let short = BASE64_URL_SAFE_NO_PAD.encode(&bytes[..place]);
            assert_eq!(Pass::read(&short, &gate, now), None, "{place} bytes");
        }
    }
}
