//! The rules for host names.

use regiment_core::model::OsFamily;

/// Whether a system may call itself this.
pub fn fits(name: &str, family: OsFamily) -> bool {
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
            assert!(fits(good, OsFamily::Linux), "{good}");
        }
        for bad in ["", "a", "-ab", "ab.", "a..b", "a-.b", "a_b", "ü2", &"a".repeat(61)] {
            assert!(!fits(bad, OsFamily::Linux), "{bad}");
        }
        assert!(fits("fifteen-letters", OsFamily::Windows));
        assert!(!fits("sixteen--letters", OsFamily::Windows));
        assert!(!fits("a-sixteen-letter", OsFamily::Windows));
    }
}
