use regiment_core::model::{ImageId, Power, ServerId};
use regiment_core::vault::Secret;
use sha2::{Digest, Sha256};

use super::hosts::{HostNumber, Shape};

/// One simulated server. There may be a million, so it holds no more than it must.
#[derive(Debug)]
pub(super) struct Guest {
    pub host: HostNumber,
    pub shape: Shape,
    pub power: Power,
    /// Whether the agent that sets passwords answers.
    pub agent: bool,
    /// Whether it shuts down when asked to.
    pub complies: bool,
    /// None for a server that was not made here: its image is not known.
    pub image: Option<ImageId>,
    pub image_generation: u32,
    pub password_generation: u32,
    pub password: Option<PasswordHash>,
    /// The last reboot done.
    pub reboot_token: Option<u64>,
    /// How often it was restarted since it is known here.
    pub reboots: u32,
}

/// A password as a guest keeps it: salted, not readable. Half a SHA-256 is plenty to tell two
/// apart, and the salt is not stored since the server's own id serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PasswordHash([u8; 16]);

impl PasswordHash {
    pub fn of(server: ServerId, password: &Secret) -> PasswordHash {
        let mut hasher = Sha256::new();
        hasher.update(server.0.to_be_bytes());
        hasher.update(password.expose());
        let full: [u8; 32] = hasher.finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&full[..16]);
        PasswordHash(half)
    }
}
