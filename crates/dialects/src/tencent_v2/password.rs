//! The rules for passwords: each family of systems has its own.

use regiment_core::ops::PasswordFit;
use regiment_core::vault::Secret;

use super::faults::Refusal;
use super::params::Fields;

const SPECIALS: &[u8] = b"()`~!@#$%^&*-+=|{}[]:;',.?/";

/// Which systems a password is good enough for.
fn fit(password: &str) -> PasswordFit {
    let bytes = password.as_bytes();
    let has = |is: fn(&u8) -> bool| usize::from(bytes.iter().any(is));
    let lower = has(u8::is_ascii_lowercase);
    let upper = has(u8::is_ascii_uppercase);
    let digits = has(u8::is_ascii_digit);
    let specials = has(|byte| SPECIALS.contains(byte));
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || SPECIALS.contains(byte);
    let letters = lower.max(upper);
    PasswordFit {
        linux: (8..=16).contains(&bytes.len())
            && bytes.iter().all(allowed)
            && letters + digits + specials >= 2,
        windows: (12..=16).contains(&bytes.len())
            && bytes.iter().all(|byte| allowed(byte) && *byte != b'|')
            && lower + upper + digits + specials >= 3,
    }
}

/// The password in the parameters, if there is one. One that suits no system at all is refused.
pub fn read(fields: &Fields<'_>) -> Result<Option<(Secret, PasswordFit)>, Refusal> {
    let Some(password) = fields.text("password") else { return Ok(None) };
    let fit = fit(password);
    if fit.linux || fit.windows {
        Ok(Some((Secret::new(password), fit)))
    } else {
        Err(Refusal::PasswordUnfit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_has_its_own_rules() {
        let both = |password| {
            let PasswordFit { linux, windows } = fit(password);
            (linux, windows)
        };
        assert_eq!(both("abce1234"), (true, false), "too short for Windows");
        assert_eq!(both("abcdefgh"), (false, false), "one class");
        assert_eq!(both("Abcdefgh"), (false, false), "letters are one class on Linux");
        assert_eq!(both("abcdef123456"), (true, false), "two classes");
        assert_eq!(both("Abcdef123456"), (true, true));
        assert_eq!(both("Abcdef12345|"), (true, false), "no bar on Windows");
        assert_eq!(both("Abcdef12345_"), (false, false), "no underscore anywhere");
        assert_eq!(both("Abcde1!"), (false, false), "7 characters");
        assert_eq!(both("Abcdef12345678901"), (false, false), "17 characters");
        assert_eq!(both("pässwörd1234"), (false, false));
        assert_eq!(both(""), (false, false));
    }
}
