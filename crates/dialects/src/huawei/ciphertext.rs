//! Passwords that are made for a server and shown to nobody but the holder of its key pair:
//! encrypted with the pair's public key (RSA, PKCS#1 v1.5), as guests with Windows do it.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use regiment_core::model::{ImageId, OsFamily, ProjectId};
use regiment_core::vault::Secret;
use regiment_core::world::World;
use zeroize::Zeroizing;

use super::body::Password;
use super::password;
use crate::{Gate, sign};

/// Lengths of a modulus that are worth a password and do not take long.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 128..=1_024;
/// Nearly all keys say 65537.
const EXPONENT_BYTES_MAX: usize = 8;

/// A password nobody has seen yet.
pub(super) struct NewPassword {
    pub password: Secret,
    chance: [u8; 32],
}

impl NewPassword {
    pub fn by(gate: &dyn Gate) -> NewPassword {
        NewPassword { password: password::made_of(gate.random()), chance: gate.random() }
    }

    /// The password that was given, else one that is made.
    pub fn unless_given(given: Option<Password>, gate: &dyn Gate) -> (Secret, Option<NewPassword>) {
        match given {
            Some(Password(secret)) => (secret, None),
            None => {
                let made = NewPassword::by(gate);
                (made.password.clone(), Some(made))
            }
        }
    }

    /// The password as only the holder of the key pair can read it. Nothing where a server has none
    /// made for it: its system is not Windows, or it has no key pair that something can be encrypted
    /// with.
    pub fn encrypted(
        &self,
        world: &World,
        project: ProjectId,
        image: ImageId,
        key_name: Option<&str>,
    ) -> Option<Arc<str>> {
        let windows = world.image(image).is_some_and(|image| image.family == OsFamily::Windows);
        let pair = world.key_pair(project, key_name?).filter(|_| windows)?;
        let block = encrypt(self.password.expose().as_bytes(), &pair.public_key, self.chance)?;
        Some(BASE64_STANDARD.encode(block).into())
    }
}

/// Nothing when the key is no RSA key in OpenSSH's form, or too short or too long.
fn encrypt(message: &[u8], public_key: &str, chance: [u8; 32]) -> Option<Vec<u8>> {
    let (exponent, modulus) = read_key(public_key)?;
    let bytes = modulus.len();
    let block = padded(message, bytes, chance)?;
    let modulus = Odd::new(BoxedUint::from_be_slice_vartime(&modulus)).into_option()?;
    let precision = modulus.bits_precision();
    let number = BoxedUint::from_be_slice(&block, precision).ok()?;
    let params = BoxedMontyParams::new_vartime(modulus);
    let exponent = BoxedUint::from_be_slice_vartime(&exponent);
    let sealed = BoxedMontyForm::new(number, &params).pow(&exponent).retrieve();
    let wide = sealed.to_be_bytes();
    Some(wide[wide.len() - bytes..].to_vec())
}

/// `ssh-rsa`, a blank, and in base64 that name, the exponent and the modulus, each with its length
/// before it. Gives the last two without their leading zeros.
fn read_key(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut words = text.split_ascii_whitespace();
    let blob = match (words.next(), words.next()) {
        (Some("ssh-rsa"), Some(blob)) => BASE64_STANDARD.decode(blob).ok()?,
        (_, _) => return None,
    };
    let mut rest = blob.as_slice();
    let mut next = || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (part, after) = after.split_at_checked(length)?;
        rest = after;
        let zeros = part.iter().take_while(|byte| **byte == 0).count();
        Some(part[zeros..].to_vec())
    };
    let (_name, exponent, modulus) = (next()?, next()?, next()?);
    let fits = (1..=EXPONENT_BYTES_MAX).contains(&exponent.len())
        && MODULUS_BYTES.contains(&modulus.len());
    fits.then_some((exponent, modulus))
}

/// `00 02`, bytes by chance none of which is zero, `00`, and the message at the end.
fn padded(message: &[u8], bytes: usize, chance: [u8; 32]) -> Option<Zeroizing<Vec<u8>>> {
    let filling = bytes.checked_sub(message.len() + 3).filter(|filling| *filling >= 8)?;
    let mut block = Zeroizing::new(Vec::with_capacity(bytes));
    block.extend([0, 2]);
    let drawn = (0u32..).flat_map(|count| sign::hmac_sha256(&chance, &count.to_be_bytes()));
    block.extend(drawn.filter(|byte| *byte != 0).take(filling));
    block.push(0);
    block.extend(message);
    Some(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC6NYXx9Nd9HG6Asfum+lqDXagbAR8upQFG1gejCctT\
        +K1+Pk+hkK/h+IrC5nnZP8h7Bnm+R3Np39iDBu7TS3p4MToxcfE+5w0pgrPA8YCQIQlt9mxQbKd/D1a/\
        ZlLMFA3MlErb9jK75TGcFiCQbp+9KhQv7KkbobDdoWoLRDGSCQ==";
    /// What its holder alone knows.
    const PRIVATE_EXPONENT: &str = "75c050f29f95012dd0871b85faa28848581a6cf139a9c2785b360f603f5a4fc08addb143a3f49df4\
        74ba32e3921c1aa4897f9fcefed9f212b694acf6abb12840f1408aa16a780de7a09a4bb34c740f0a\
        36c63087830d07251209e7b2c4654a7a8f4e027aea5d8c3678ddbcd1255597724e55ae5dbc3c3816\
        e502da466fe22001";

    fn read(block: &[u8]) -> Vec<u8> {
        let (_, modulus) = read_key(KEY).unwrap();
        let modulus = Odd::new(BoxedUint::from_be_slice_vartime(&modulus)).unwrap();
        let precision = modulus.bits_precision();
        let params = BoxedMontyParams::new_vartime(modulus);
        let exponent = BoxedUint::from_be_hex(PRIVATE_EXPONENT, precision).unwrap();
        let number = BoxedUint::from_be_slice(block, precision).unwrap();
        let clear = BoxedMontyForm::new(number, &params).pow(&exponent).retrieve();
        clear.to_be_bytes().to_vec()
    }

    #[test]
    fn only_the_holder_of_the_key_reads_it() {
        let block = encrypt(b"Probe@Pass1", KEY, [5; 32]).unwrap();
        assert_eq!(block.len(), 128);
        let clear = read(&block);
        let (head, message) = clear.split_at(128 - 11);
        assert_eq!(message, b"Probe@Pass1");
        assert_eq!((&head[..2], head.last()), (&[0, 2][..], Some(&0)));
        assert!(head[2..head.len() - 1].iter().all(|byte| *byte != 0));
        assert_ne!(encrypt(b"Probe@Pass1", KEY, [6; 32]), Some(block), "chance hides it");
    }

    #[test]
    fn what_is_no_key_encrypts_nothing() {
        let blob = KEY.split(' ').nth(1).unwrap();
        let half = format!("ssh-rsa {}", &blob[..blob.len() / 2]);
        let even = {
            let mut bytes = BASE64_STANDARD.decode(blob).unwrap();
            *bytes.last_mut().unwrap() &= 0xFE;
            format!("ssh-rsa {}", BASE64_STANDARD.encode(bytes))
        };
        let other = KEY.replace("ssh-rsa ", "ssh-ed25519 ");
        for text in ["", "ssh-rsa", "ssh-rsa !", "ssh-rsa AAAA", &half, &even, &other] {
            assert_eq!(encrypt(b"x", text, [5; 32]), None, "{text}");
        }
        assert_eq!(encrypt(&[b'x'; 118], KEY, [5; 32]), None, "too long for the key");
    }
}
