//! The rules for names.

use regiment_core::model::OsFamily;

use super::faults::Refusal;
use super::params::Fields;

/// Characters in the name of an instance.
pub const INSTANCE_CHARS_MAX: usize = 60;
/// Characters in the name of a load balancer.
pub const BALANCER_CHARS_MAX: usize = 50;
/// Characters in the name of a listener. The vendor says none; this is the core's bound.
pub const LISTENER_CHARS_MAX: usize = regiment_core::limits::NAME_CHARS_MAX;

/// What an instance is called when nobody says.
pub const UNNAMED: &str = "Unnamed";

/// The name in a field, if there is one.
pub fn read<'a>(
    fields: &Fields<'a>,
    field: &str,
    chars_max: usize,
) -> Result<Option<&'a str>, Refusal> {
    let Some(name) = fields.text(field) else { return Ok(None) };
    if name.chars().count() > chars_max {
        return Err(fields.bad(field, format!("must have at most {chars_max} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(fields.bad(field, "must not have control characters"));
    }
    Ok(Some(name))
}

/// Whether a system may call itself this.
pub fn hostname_fits(name: &str, family: OsFamily) -> bool {
    let chars_max = match family {
        OsFamily::Linux => 60,
        OsFamily::Windows => 15,
    };
    let mark = |byte: u8| byte == b'.' || byte == b'-';
    let bytes = name.as_bytes();
    (2..=chars_max).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || mark(*byte))
        && !mark(bytes[0])
        && !mark(bytes[bytes.len() - 1])
        && !bytes.windows(2).any(|pair| mark(pair[0]) && mark(pair[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostname_has_marks_only_between_letters() {
        for good in ["ab", "web-1", "a.b-c", "0x", &"a".repeat(60)] {
            assert!(hostname_fits(good, OsFamily::Linux), "{good}");
        }
        for bad in ["", "a", "-ab", "ab.", "a..b", "a-.b", "a_b", "ü2", &"a".repeat(61)] {
            assert!(!hostname_fits(bad, OsFamily::Linux), "{bad}");
        }
        assert!(hostname_fits("fifteen-letters", OsFamily::Windows));
        assert!(!hostname_fits("sixteen--letters", OsFamily::Windows));
        assert!(!hostname_fits("a-sixteen-letter", OsFamily::Windows));
    }
}
