//! What this cloud takes for a password.

use regiment_core::ops::PasswordFit;
use regiment_core::vault::Secret;

const SPECIALS: &str = "!@$%^-_=+[{}]:,./?";
const SPECIALS_OF_RESET: &str = "!@%-_=+[]:./?";
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=26;
/// Of upper case, lower case, digits and specials.
const CLASSES_MIN: usize = 3;
/// Characters of a password that we make.
const MADE_CHARS: usize = 20;

/// Which systems a new server's password is good enough for; nothing when it is good for none. A
/// system's administrator must not stand in it.
pub(super) fn fit(password: &str) -> Option<PasswordFit> {
    let (linux, windows) = (!names_root(password), !names_administrator(password));
    let good = is_composed(password, SPECIALS) && (linux || windows);
    good.then_some(PasswordFit { linux, windows })
}

/// Whether a server's password may become this one: no administrator may stand in it, whatever the
/// server's system is.
pub(super) fn may_reset(password: &str) -> bool {
    is_composed(password, SPECIALS_OF_RESET)
        && !names_root(password)
        && !names_administrator(password)
}

/// A password for a server that was ordered without one. Its letters are none that an
/// administrator's name could be made of.
pub(super) fn made_of(chance: [u8; 32]) -> Secret {
    const CLASSES: [&[u8]; 3] = [b"BCFGHJKLPQVWXYZ", b"bcfghjkpqvwxyz", b"23456789"];
    let all = CLASSES.concat();
    let letters = chance[..MADE_CHARS].iter().enumerate().map(|(at, byte)| {
        let from = CLASSES.get(at).copied().unwrap_or(&all);
        char::from(from[usize::from(*byte) % from.len()])
    });
    Secret::new(letters.collect::<String>())
}

fn is_composed(password: &str, specials: &str) -> bool {
    if !LENGTHS.contains(&password.chars().count()) {
        return false;
    }
    let (mut upper, mut lower, mut digit, mut special) = (false, false, false, false);
    for c in password.chars() {
        match c {
            'A'..='Z' => upper = true,
            'a'..='z' => lower = true,
            '0'..='9' => digit = true,
            c if specials.contains(c) => special = true,
            _ => return false,
        }
    }
    [upper, lower, digit, special].into_iter().filter(|has| *has).count() >= CLASSES_MIN
}

/// Forwards or backwards.
fn names_root(password: &str) -> bool {
    password.contains("root") || password.contains("toor")
}

/// Backwards, or forwards already by three characters in a row. Windows minds no case.
fn names_administrator(password: &str) -> bool {
    let password = password.to_ascii_lowercase();
    let (name, reversed) = ("administrator", "rotartsinimda");
    password.contains(reversed)
        || (0..=name.len() - 3).any(|at| password.contains(&name[at..at + 3]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_password_we_make_fits_every_system(chance in any::<[u8; 32]>()) {
            let made = made_of(chance);
            prop_assert_eq!(fit(made.expose()), Some(PasswordFit::ANY));
            prop_assert!(may_reset(made.expose()));
        }
    }

    #[test]
    fn a_password_is_measured_by_the_rule_of_its_operation() {
        let both = Some(PasswordFit::ANY);
        let linux = Some(PasswordFit { linux: true, windows: false });
        let windows = Some(PasswordFit { linux: false, windows: true });
        for (password, fits, resets) in [
            ("Test@12345", both, true),
            ("Test@12", None, false),
            ("Test@1234512345123451234512", None, false),
            ("Test@123451234512345123451", both, true),
            ("testtest1", None, false),
            ("testtest1-", both, true),
            ("Test$12345", both, false),
            ("Test$12345 ", None, false),
            ("Test#12345", None, false),
            ("Tést@12345", None, false),
            ("Ab1-root-x", windows, false),
            ("Ab1-toor-x", windows, false),
            ("Ab1-Root-x", both, true),
            ("Ab1-miNist", linux, false),
            ("Ab1-ad-min", linux, false),
            ("Ab1-ad-mi-", both, true),
            ("1-rotartsinimdA", linux, false),
            ("1-Admin-root", None, false),
        ] {
            assert_eq!((fit(password), may_reset(password)), (fits, resets), "{password}");
        }
    }
}
