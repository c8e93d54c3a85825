//! What this cloud takes for a password.

use regiment_core::ops::PasswordFit;

/// Which of the cloud's rules a password is measured by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Create, reinstall, change the system.
    New,
    /// Reset.
    Reset,
}

impl Rule {
    const fn specials(self) -> &'static str {
        match self {
            Rule::New => "!@$%^-_=+[{}]:,./?",
            Rule::Reset => "!@%-_=+[]:./?",
        }
    }
}

const LENGTHS: std::ops::RangeInclusive<usize> = 8..=26;
/// Of upper case, lower case, digits and specials.
const CLASSES_MIN: usize = 3;

/// Which systems a password is good enough for; nothing when it is good for none. A system's
/// administrator must not stand in it, forwards or backwards; Windows minds no case, and minds
/// already three characters in a row.
pub(super) fn fit(rule: Rule, password: &str) -> Option<PasswordFit> {
    if !LENGTHS.contains(&password.chars().count()) {
        return None;
    }
    let (mut upper, mut lower, mut digit, mut special) = (false, false, false, false);
    for c in password.chars() {
        match c {
            'A'..='Z' => upper = true,
            'a'..='z' => lower = true,
            '0'..='9' => digit = true,
            c if rule.specials().contains(c) => special = true,
            _ => return None,
        }
    }
    let classes = [upper, lower, digit, special].into_iter().filter(|has| *has).count();
    let linux = !password.contains("root") && !password.contains("toor");
    let windows = !names_administrator(password);
    (classes >= CLASSES_MIN && (linux || windows)).then_some(PasswordFit { linux, windows })
}

fn names_administrator(password: &str) -> bool {
    let password = password.to_ascii_lowercase();
    let (name, reversed) = ("administrator", "rotartsinimda");
    password.contains(reversed)
        || (0..=name.len() - 3).any(|at| password.contains(&name[at..at + 3]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_measured_by_the_rule_of_its_operation() {
        let both = Some(PasswordFit::ANY);
        let linux = Some(PasswordFit { linux: true, windows: false });
        let windows = Some(PasswordFit { linux: false, windows: true });
        for (rule, password, expected) in [
            (Rule::Reset, "Test@12345", both),
            (Rule::Reset, "Test@12", None),
            (Rule::Reset, "Test@1234512345123451234512", None),
            (Rule::Reset, "Test@123451234512345123451", both),
            (Rule::Reset, "testtest1", None),
            (Rule::Reset, "testtest1-", both),
            (Rule::Reset, "Test$12345", None),
            (Rule::New, "Test$12345", both),
            (Rule::New, "Test$12345 ", None),
            (Rule::New, "Test#12345", None),
            (Rule::New, "Tést@12345", None),
            (Rule::Reset, "Ab1-root-x", windows),
            (Rule::Reset, "Ab1-toor-x", windows),
            (Rule::Reset, "Ab1-miNist", linux),
            (Rule::Reset, "1-Admin-root", None),
        ] {
            assert_eq!(fit(rule, password), expected, "{password}");
        }
    }
}
