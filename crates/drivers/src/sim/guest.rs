use std::num::{NonZeroU32, NonZeroU64};

use regiment_core::model::{Power, ServerId};
use regiment_core::vault::Secret;
use sha2::{Digest, Sha256};

use crate::hosts::{HostNumber, Shape};

/// The number of an image in its fleet. None for the image of a server that was not made here,
/// which is not known.
pub(super) type ImageNumber = Option<NonZeroU32>;

/// One simulated server. There may be a million, so it is kept to 48 bytes.
#[derive(Debug)]
pub(super) struct Guest {
    pub host: HostNumber,
    pub shape: Shape,
    pub power: Power,
    /// Whether the agent that sets passwords answers.
    pub agent: bool,
    /// Whether it shuts down when asked to.
    pub complies: bool,
    /// Whether `restart_token` means anything.
    pub knows_restart: bool,
    pub image: ImageNumber,
    pub image_generation: u32,
    pub password_generation: u32,
    /// How often it was restarted since it is known here.
    pub reboots: u32,
    pub password: Option<PasswordHash>,
    /// The last reboot or crash done.
    pub restart_token: u64,
}

impl Guest {
    /// One that was just put somewhere: stopped, with nothing on its disk that is known.
    pub const fn new(host: HostNumber, shape: Shape) -> Guest {
        Guest {
            host,
            shape,
            power: Power::Stopped,
            agent: true,
            complies: true,
            knows_restart: false,
            image: None,
            image_generation: 1,
            password_generation: 1,
            reboots: 0,
            password: None,
            restart_token: 0,
        }
    }

    pub const fn restarted_for(&self, token: u64) -> bool {
        self.knows_restart && self.restart_token == token
    }
}

/// A password as a guest keeps it: salted, and too short to find it by. 64 bits of a SHA-256 are
/// plenty to tell two apart; the salt is not stored since the server's own id serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PasswordHash(NonZeroU64);

impl PasswordHash {
    pub fn of(server: ServerId, password: &Secret) -> PasswordHash {
        let mut hasher = Sha256::new();
        hasher.update(server.0.to_be_bytes());
        hasher.update(password.expose());
        let full: [u8; 32] = hasher.finalize().into();
        let mut head = [0; 8];
        head.copy_from_slice(&full[..8]);
        PasswordHash(NonZeroU64::new(u64::from_be_bytes(head)).unwrap_or(NonZeroU64::MIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_of_them_stay_small() {
        assert_eq!(size_of::<Guest>(), 48);
    }
}
