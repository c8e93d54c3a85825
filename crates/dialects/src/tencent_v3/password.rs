//! The rules for passwords: each family of systems has its own, and a reset's are stricter than a
//! new instance's.

use regiment_core::ops::PasswordFit;
use regiment_core::vault::Secret;

use super::faults::Refusal;

const SPECIALS: &[u8] = b"()`~!@#$%^&*-+=_|{}[]:;'<>,.?/";

/// What a password is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// A new instance, or one that is reinstalled.
    Login,
    /// A reset of this account, or of the administrator's.
    Reset { user: Option<&'a str> },
}

fn fit(password: &str, purpose: Purpose<'_>) -> PasswordFit {
    let bytes = password.as_bytes();
    let has = |is: fn(&u8) -> bool| usize::from(bytes.iter().any(is));
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let (digits, specials) = (has(u8::is_ascii_digit), has(|byte| SPECIALS.contains(byte)));
    let classes = lower + upper + digits + specials;
    let allowed = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || SPECIALS.contains(byte));
    let (linux, windows) = match purpose {
        Purpose::Login => (lower.max(upper) + digits + specials >= 2, classes >= 3),
        Purpose::Reset { user } => {
            let good = classes >= 3 && bytes.first() != Some(&b'/');
            let user = user.unwrap_or("Administrator").to_ascii_lowercase();
            let named = password.to_ascii_lowercase().contains(&user);
            (good, good && !named)
        }
    };
    PasswordFit {
        linux: allowed && (8..=30).contains(&bytes.len()) && linux,
        windows: allowed && (12..=30).contains(&bytes.len()) && windows,
    }
}

/// One that suits no system at all is refused.
pub fn check(password: &str, purpose: Purpose<'_>) -> Result<(Secret, PasswordFit), Refusal> {
    let fit = fit(password, purpose);
    if fit.linux || fit.windows {
        return Ok((Secret::new(password), fit));
    }
    Err(Refusal::said_by_action(
        "InvalidParameterValue.InvalidPassword",
        "the password does not meet the rules",
        "密码不符合复杂度要求",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESET: Purpose<'_> = Purpose::Reset { user: None };

    #[test]
    fn a_reset_is_stricter_than_a_new_instance() {
        let both = |password: &str, purpose: Purpose<'_>| {
            let PasswordFit { linux, windows } = fit(password, purpose);
            (linux, windows)
        };
        assert_eq!(both("abcd1234", Purpose::Login), (true, false));
        assert_eq!(both("abcd1234", RESET), (false, false), "two classes");
        assert_eq!(both("Abcd1234", RESET), (true, false), "too short for Windows");
        assert_eq!(both("Abcdef_12345", RESET), (true, true));
        assert_eq!(both("/bcDef_12345", RESET), (false, false), "begins with a slash");
        assert_eq!(both("/bcDef_12345", Purpose::Login), (true, true));
        assert_eq!(both("1Administrator", RESET), (true, false), "the account's name");
        let named = Purpose::Reset { user: Some("bob") };
        assert_eq!(both("1234567Bob890", named), (true, false));
        assert_eq!(both("Abcdefgh", Purpose::Login), (false, false), "letters are one class");
        assert_eq!(both(&"Ab1".repeat(11), RESET), (false, false), "33 characters");
        assert_eq!(both("Pässwort1234", RESET), (false, false));
    }
}
