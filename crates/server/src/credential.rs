//! Key pairs made up for those who bring none.

use regiment_core::model::{ProjectId, Role};
use regiment_core::vault::Secret;
use zeroize::Zeroizing;

use crate::config::GivenCredential;

const ACCESS_KEY_CHARS: usize = 20;
const SECRET_KEY_CHARS: usize = 40;
const UPPER_ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A random project and key pair. Never from a seed: who knows the seed would know the key.
pub fn random() -> GivenCredential {
    let mut project = [0u8; 16];
    getrandom::fill(&mut project).expect("the system gives random bytes");
    GivenCredential {
        access_key: random_text(ACCESS_KEY_CHARS, UPPER_ALNUM),
        secret_key: Secret::new(random_text(SECRET_KEY_CHARS, ALNUM)),
        project: ProjectId(u128::from_be_bytes(project)),
        role: Role::Admin,
    }
}

/// Every character is equally likely: bytes past the last whole multiple are drawn again.
fn random_text(chars: usize, alphabet: &[u8]) -> String {
    let limit = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(chars);
    let mut bytes = Zeroizing::new([0u8; 64]);
    while text.len() < chars {
        getrandom::fill(bytes.as_mut_slice()).expect("the system gives random bytes");
        let usable = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < limit);
        let more = chars - text.len();
        text.extend(usable.take(more).map(|byte| char::from(alphabet[byte % alphabet.len()])));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_pair_has_the_form_clients_expect() {
        let one = random();
        let other = random();
        assert_eq!(one.access_key.len(), 20);
        assert!(one.access_key.bytes().all(|byte| UPPER_ALNUM.contains(&byte)));
        assert_eq!(one.secret_key.expose().len(), 40);
        assert!(one.secret_key.expose().bytes().all(|byte| ALNUM.contains(&byte)));
        assert_ne!(one.access_key, other.access_key);
        assert_ne!(one.secret_key, other.secret_key);
        assert_ne!(one.project, other.project);
    }
}
