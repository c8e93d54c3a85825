//! The hash that a Linux guest keeps of a password: SHA-512 crypt, `$6$`. Made here, so that a server
//! that does not run can be given a password that nobody keeps in clear.

use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

use regiment_core::vault::Secret;

const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SALT_CHARS: usize = 16;
const ROUNDS: usize = 5_000;

/// A fresh salt for each.
pub fn crypt(password: &Secret) -> Result<Secret, getrandom::Error> {
    let mut salt = [0; SALT_CHARS];
    getrandom::fill(&mut salt)?;
    let salt = salt.map(|byte| ALPHABET[usize::from(byte % 64)]);
    Ok(Secret::new(with_salt(password.expose().as_bytes(), &salt)))
}

/// As Ulrich Drepper's description has it, with the usual number of rounds.
fn with_salt(password: &[u8], salt: &[u8]) -> String {
    let length = password.len();
    let alternate = Sha512::new().chain_update(password).chain_update(salt);
    let alternate = alternate.chain_update(password).finalize();
    let mut first = Sha512::new().chain_update(password).chain_update(salt);
    first.update(repeated(&alternate, length).as_slice());
    let mut bits = length;
    while bits > 0 {
        if bits & 1 == 1 {
            first.update(alternate);
        } else {
            first.update(password);
        }
        bits >>= 1;
    }
    let mut digest: [u8; 64] = first.finalize().into();

    let mut of_password = Sha512::new();
    (0..length).for_each(|_| of_password.update(password));
    let of_password = repeated(&of_password.finalize(), length);
    let mut of_salt = Sha512::new();
    (0..16 + usize::from(digest[0])).for_each(|_| of_salt.update(salt));
    let of_salt = repeated(&of_salt.finalize(), salt.len());

    for round in 0..ROUNDS {
        let odd = round % 2 == 1;
        let mut next = Sha512::new();
        next.update(if odd { of_password.as_slice() } else { &digest });
        if round % 3 != 0 {
            next.update(of_salt.as_slice());
        }
        if round % 7 != 0 {
            next.update(of_password.as_slice());
        }
        next.update(if odd { &digest } else { of_password.as_slice() });
        digest = next.finalize().into();
    }
    let salt = String::from_utf8_lossy(salt);
    format!("$6${salt}${}", encoded(&digest))
}

/// As many bytes as wanted, from the digest over and over.
fn repeated(digest: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(digest.iter().copied().cycle().take(length).collect())
}

/// Three bytes, 21 places apart and turned by one each time, make four characters.
fn encoded(digest: &[u8; 64]) -> String {
    let mut text = String::with_capacity(86);
    let mut push = |mut bits: u32, characters: usize| {
        for _ in 0..characters {
            text.push(char::from(ALPHABET[(bits & 63) as usize]));
            bits >>= 6;
        }
    };
    for group in 0..21 {
        let places = [group, group + 21, group + 42];
        let [a, b, c] = std::array::from_fn(|n| u32::from(digest[places[(n + group) % 3]]));
        push(a << 16 | b << 8 | c, 4);
    }
    push(u32::from(digest[63]), 2);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_that_every_linux_makes() {
        // Made by crypt(3).
        for (password, salt, hash) in VECTORS {
            assert_eq!(with_salt(password.as_bytes(), salt.as_bytes()), *hash, "{password}");
        }
    }

    #[test]
    fn no_two_hashes_are_alike() {
        let password = Secret::new("Same-1");
        let [one, other] = [(); 2].map(|()| crypt(&password).unwrap());
        assert_ne!(one, other);
        assert!(one.expose().starts_with("$6$") && one.expose().len() == 3 + 16 + 1 + 86);
    }

    const VECTORS: &[(&str, &str, &str)] = &[
        (
            "Hello world!",
            "saltstring",
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
        ),
        (
            "a",
            "./0123456789ABCD",
            "$6$./0123456789ABCD$kTs4iVPy11xsVp4uaA0MkMgz5ttgTbQVRSbIex7Or3hm0PxH064.ccLLdi185w4Dg6X3jQ4mv8z1Ku8ymj0hl/",
        ),
        (
            "ünïcödé-and-a-rather-long-password-of-more-than-sixty-four-bytes-in-all-01",
            "abcdefghijklmnop",
            "$6$abcdefghijklmnop$R7TctX7x5ttGGKgmb1MItPEIJbaENFzZRkKl7wgZn9aIdofIUu8Gz5WaRd/wOthvhrtuc0Oq9N3tJsctYkAwW1",
        ),
        (
            "",
            "x",
            "$6$x$QSmr1Bx2g4O6BzKvdkgOcyU6H91X6I/XBv5pSalMhSPkwdH6Beo3F455xZJg0v//bxVK5F4OE5k1.0xuR26MK0",
        ),
        (
            "Qaz-1234",
            "mnopQRSTuvwx",
            "$6$mnopQRSTuvwx$edEX6iwdVyA2MidOYdInxwpxf8f61.miRGagLBEOP/gTr//ApkCgnttXI6kn2LyU64Iv7k.dh8jTwGPcCiv2u.",
        ),
    ];
}
