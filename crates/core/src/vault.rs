//! Secrets: the type that does not print, and the seal they wear wherever they touch a disk.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Clear text that must not be seen. It does not print, does not serialize, and is erased from
/// memory when its last holder lets go.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(Arc::new(Zeroizing::new(text.into())))
    }

    /// The clear text, for the one who must use it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret under seal: may be stored, tells nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(#[serde(with = "crate::bytes")] pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// Seals and opens secrets. Sealing the same text twice gives different bytes.
pub trait Vault: Send + Sync {
    fn seal(&self, secret: &Secret) -> Sealed;

    /// The clear text, or nothing when the seal is not ours or was broken.
    fn open(&self, sealed: &Sealed) -> Option<Secret>;
}
