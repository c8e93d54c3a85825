//! The seal: XChaCha20-Poly1305 under one key, which is in a file of the data folder that only its
//! owner can read, or in the environment, or, for a plane that keeps nothing, in memory alone.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use regiment_core::vault::{Sealed, Secret, Vault};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::data_folder::{DataFolder, write_private};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// What is sealed under the key so that a wrong key is noticed at start, not at first use.
const CHECK: &[u8] = b"regiment";

/// What a seal is for. One made for one purpose does not open for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Secret,
    Token,
    AuthorityKey,
    KeyCheck,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Purpose::Secret => b"secret",
            Purpose::Token => b"token",
            Purpose::AuthorityKey => b"authority key",
            Purpose::KeyCheck => b"key check",
        }
    }
}

#[derive(Debug, Error)]
pub enum VaultError {
    #[error(
        "the data folder holds sealed data, but its key is missing: put the file {0} back, or \
         give the key in REGIMENT_KEY"
    )]
    KeyMissing(String),
    #[error("the key does not open what is sealed in the data folder: it is another folder's key")]
    KeyWrong,
    #[error("the key must be 32 bytes, written as 64 hexadecimal digits or in base64")]
    KeyUnreadable,
    #[error("key file: {0}")]
    Io(#[from] io::Error),
}

/// Seals and opens with one key.
pub struct KeyVault {
    key: Zeroizing<[u8; KEY_BYTES]>,
}

impl KeyVault {
    /// A vault whose key is nowhere but in memory.
    pub fn ephemeral() -> KeyVault {
        KeyVault { key: random_key() }
    }

    /// A vault with a key that is given as text.
    pub fn with_key(text: &Secret) -> Result<KeyVault, VaultError> {
        let key = read_key(text.expose()).ok_or(VaultError::KeyUnreadable)?;
        Ok(KeyVault { key })
    }

    /// The vault of a data folder. At the first start it makes a key, unless one is given; later it
    /// insists on the same.
    pub fn open_folder(
        folder: &DataFolder,
        given: Option<&Secret>,
    ) -> Result<KeyVault, VaultError> {
        let file = folder.key_file();
        let kept = match read_if_there(&file)? {
            Some(text) => Some(read_key(text.trim()).ok_or(VaultError::KeyUnreadable)?),
            None => None,
        };
        let check = read_if_there(&folder.key_check_file())?;
        let given = given.map(KeyVault::with_key).transpose()?;
        let vault = match (given, kept) {
            (Some(vault), _) => vault,
            (None, Some(key)) => KeyVault { key },
            (None, None) if check.is_some() || folder.store_file().exists() => {
                return Err(VaultError::KeyMissing(file.display().to_string()));
            }
            (None, None) => {
                let vault = KeyVault::ephemeral();
                let text = Zeroizing::new(hex::encode(vault.key.as_slice()));
                write_private(&file, text.as_bytes())?;
                vault
            }
        };
        match check {
            Some(check) => vault.passes(check.trim())?,
            None => {
                let sealed = vault.seal_bytes(Purpose::KeyCheck, CHECK);
                write_private(&folder.key_check_file(), STANDARD.encode(sealed).as_bytes())?;
            }
        }
        Ok(vault)
    }

    fn passes(&self, check: &str) -> Result<(), VaultError> {
        let sealed = STANDARD.decode(check).map_err(|_| VaultError::KeyWrong)?;
        match self.open_bytes(Purpose::KeyCheck, &sealed) {
            Some(clear) if clear.as_slice() == CHECK => Ok(()),
            Some(_) | None => Err(VaultError::KeyWrong),
        }
    }

    pub fn seal_bytes(&self, purpose: Purpose, clear: &[u8]) -> Vec<u8> {
        let mut sealed = vec![0u8; NONCE_BYTES];
        getrandom::fill(&mut sealed).expect("the system gives random bytes");
        let nonce = XNonce::try_from(&sealed[..]).expect("24 bytes are a nonce");
        let payload = Payload { msg: clear, aad: purpose.label() };
        let body = self.cipher().encrypt(&nonce, payload).expect("memory can be sealed");
        sealed.extend_from_slice(&body);
        sealed
    }

    pub fn open_bytes(&self, purpose: Purpose, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, body) = sealed.split_at_checked(NONCE_BYTES)?;
        let nonce = XNonce::try_from(nonce).ok()?;
        let payload = Payload { msg: body, aad: purpose.label() };
        self.cipher().decrypt(&nonce, payload).ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new_from_slice(self.key.as_slice()).expect("32 bytes are a key")
    }
}

impl Vault for KeyVault {
    fn seal(&self, secret: &Secret) -> Sealed {
        Sealed(self.seal_bytes(Purpose::Secret, secret.expose().as_bytes()))
    }

    fn open(&self, sealed: &Sealed) -> Option<Secret> {
        let mut clear = self.open_bytes(Purpose::Secret, &sealed.0)?;
        match String::from_utf8(std::mem::take(&mut *clear)) {
            Ok(text) => Some(Secret::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                None
            }
        }
    }
}

fn random_key() -> Zeroizing<[u8; KEY_BYTES]> {
    let mut key = Zeroizing::new([0u8; KEY_BYTES]);
    getrandom::fill(key.as_mut_slice()).expect("the system gives random bytes");
    key
}

fn read_key(text: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let bytes = if text.len() == 2 * KEY_BYTES {
        hex::decode(text).ok()?
    } else {
        URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD.decode(text)).ok()?
    };
    let bytes = Zeroizing::new(bytes);
    let key: [u8; KEY_BYTES] = bytes.as_slice().try_into().ok()?;
    Some(Zeroizing::new(key))
}

fn read_if_there(path: &Path) -> io::Result<Option<Zeroizing<String>>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, DataFolder) {
        let temp = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(&temp.path().join("data")).unwrap();
        (temp, folder)
    }

    #[test]
    fn what_is_sealed_opens_and_tells_nothing() {
        let vault = KeyVault::ephemeral();
        let secret = Secret::new("Probe@Pass1");
        let sealed = vault.seal(&secret);
        assert_eq!(vault.open(&sealed), Some(secret.clone()));
        assert_ne!(vault.seal(&secret), sealed, "each seal is new");
        assert!(!sealed.0.windows(5).any(|bytes| bytes == b"Probe"));
    }

    #[test]
    fn a_broken_or_foreign_seal_does_not_open() {
        let vault = KeyVault::ephemeral();
        let sealed = vault.seal(&Secret::new("x"));
        assert_eq!(KeyVault::ephemeral().open(&sealed), None);
        for index in 0..sealed.0.len() {
            let mut broken = sealed.clone();
            broken.0[index] ^= 1;
            assert_eq!(vault.open(&broken), None, "byte {index}");
        }
        for length in 0..sealed.0.len() {
            assert_eq!(vault.open(&Sealed(sealed.0[..length].to_vec())), None);
        }
        let token = vault.seal_bytes(Purpose::Token, b"x");
        assert_eq!(vault.open(&Sealed(token)), None, "a seal keeps to its purpose");
    }

    #[test]
    fn a_folder_keeps_its_key() {
        let (_temp, folder) = folder();
        let sealed = KeyVault::open_folder(&folder, None).unwrap().seal(&Secret::new("x"));
        let again = KeyVault::open_folder(&folder, None).unwrap();
        assert_eq!(again.open(&sealed), Some(Secret::new("x")));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let (_temp, folder) = folder();
        KeyVault::open_folder(&folder, None).unwrap();
        let mode = std::fs::metadata(folder.key_file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_missing_key_is_said_and_not_replaced() {
        let (_temp, folder) = folder();
        KeyVault::open_folder(&folder, None).unwrap();
        std::fs::remove_file(folder.key_file()).unwrap();
        let refused = KeyVault::open_folder(&folder, None);
        assert!(matches!(refused, Err(VaultError::KeyMissing(_))));
        assert!(!folder.key_file().exists());
    }

    #[test]
    fn another_key_is_refused_and_a_given_one_is_not_written_down() {
        let (_temp, folder) = folder();
        let key = Secret::new("0f".repeat(32));
        KeyVault::open_folder(&folder, Some(&key)).unwrap();
        assert!(!folder.key_file().exists());
        let other = Secret::new("a0".repeat(32));
        assert!(matches!(KeyVault::open_folder(&folder, Some(&other)), Err(VaultError::KeyWrong)));
        KeyVault::open_folder(&folder, Some(&key)).unwrap();
    }

    #[test]
    fn a_key_is_read_in_each_of_its_spellings() {
        let bytes = [0x5au8; 32];
        for text in [hex::encode(bytes), STANDARD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)] {
            assert_eq!(read_key(&text).unwrap().as_slice(), bytes, "{text}");
        }
        for bad in ["", "abc", &"zz".repeat(32), &STANDARD.encode([1u8; 31])] {
            assert!(read_key(bad).is_none(), "{bad}");
        }
    }
}
