//! Typed ids. A wide id is 128 bits and is written as the vendor writes it by the dialects; a
//! [`Handle`] is the short form that clouds with eight-character ids need.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Eight characters of base 36: what fits a short resource id.
const HANDLE_SPACE: u64 = 36u64.pow(8);
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// What each byte is worth as a hexadecimal digit; one that is none has a bit above the four.
const NIBBLES: [u8; 256] = {
    let mut table = [0x80; 256];
    let mut digit = 0;
    while digit < 16 {
        let byte = BASE36[digit as usize];
        table[byte as usize] = digit;
        table[byte.to_ascii_uppercase() as usize] = digit;
        digit += 1;
    }
    table
};

/// A short id, unique among the things of its kind in one world, written as eight characters of
/// `0-9a-z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(u64);

impl Handle {
    /// Folds any number into the handle space.
    pub const fn fold(bits: u64) -> Handle {
        Handle(bits % HANDLE_SPACE)
    }

    pub const fn number(self) -> u64 {
        self.0
    }

    /// Reads exactly eight characters of `0-9a-z`.
    pub fn parse(text: &str) -> Option<Handle> {
        let bytes = text.as_bytes();
        if bytes.len() != 8 {
            return None;
        }
        bytes
            .iter()
            .try_fold(0u64, |sum, byte| {
                let digit = match byte {
                    b'0'..=b'9' => byte - b'0',
                    b'a'..=b'z' => byte - b'a' + 10,
                    _ => return None,
                };
                Some(sum * 36 + u64::from(digit))
            })
            .map(Handle)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; 8];
        let mut rest = self.0;
        for place in text.iter_mut().rev() {
            *place = BASE36[usize::try_from(rest % 36).expect("a remainder of 36 fits")];
            rest /= 36;
        }
        f.write_str(std::str::from_utf8(&text).expect("base 36 is ASCII"))
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads 32 hexadecimal digits, either case, no dashes.
fn parse_hex128(text: &str) -> Option<u128> {
    let plain = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

macro_rules! wide_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);

        impl $name {
            /// Reads the dashed form 8-4-4-4-12, either case.
            pub fn parse_dashed(text: &str) -> Option<Self> {
                let b: &[u8; 36] = text.as_bytes().try_into().ok()?;
                if [8, 13, 18, 23].iter().any(|&i| b[i] != b'-') {
                    return None;
                }
                let (mut value, mut seen) = (0u128, 0u8);
                for part in [&b[..8], &b[9..13], &b[14..18], &b[19..23], &b[24..]] {
                    let mut bits = 0u64;
                    for byte in part {
                        let digit = NIBBLES[usize::from(*byte)];
                        seen |= digit;
                        bits = bits << 4 | u64::from(digit);
                    }
                    value = value << (4 * part.len()) | u128::from(bits);
                }
                (seen < 16).then_some(Self(value))
            }

            /// Reads the plain form: 32 hexadecimal digits.
            pub fn parse_plain(text: &str) -> Option<Self> {
                parse_hex128(text).map(Self)
            }

            /// 32 lower-case hexadecimal digits.
            pub fn plain(self) -> String {
                format!("{:032x}", self.0)
            }

            /// The short form of this id.
            pub const fn handle(self) -> Handle {
                #[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
                Handle::fold(self.0 as u64 & 0xFFFF_FFFF_FFFF)
            }
        }

        /// The dashed form, lower case.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [b'-'; 36];
                let mut rest = self.0;
                for i in (0..36).rev() {
                    if !matches!(i, 8 | 13 | 18 | 23) {
                        text[i] = BASE36[usize::try_from(rest & 15).expect("four bits fit")];
                        rest >>= 4;
                    }
                }
                f.write_str(std::str::from_utf8(&text).expect("hex is ASCII"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() {
                    to.collect_str(self)
                } else {
                    to.serialize_bytes(&self.0.to_be_bytes())
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Wide;
                impl Visitor<'_> for Wide {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("16 bytes or a dashed id")
                    }
                    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<$name, E> {
                        let bytes: [u8; 16] = bytes
                            .try_into()
                            .map_err(|_| E::invalid_length(bytes.len(), &self))?;
                        Ok($name(u128::from_be_bytes(bytes)))
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::parse_dashed(text)
                            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
                    }
                }
                if from.is_human_readable() {
                    from.deserialize_str(Wide)
                } else {
                    from.deserialize_bytes(Wide)
                }
            }
        }
    };
}

wide_id!(
    /// One server. Its [`handle`](ServerId::handle) is unique among live servers.
    ServerId
);
wide_id!(
    /// One image.
    ImageId
);
wide_id!(
    /// The tenant that owns things.
    ProjectId
);
wide_id!(
    /// One call of a client. A job remembers the call that made it.
    RequestId
);
wide_id!(
    /// One disk of a server.
    VolumeId
);
wide_id!(
    /// One network interface of a server.
    PortId
);
wide_id!(
    /// A network or a part of one, as the client names it.
    NetworkId
);
wide_id!(
    /// What is wanted of servers to come.
    LaunchTemplateId
);
wide_id!(
    /// One version of a launch template.
    TemplateVersionId
);

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);
    };
}

wide_id!(
    /// Something the plane is going to do of its own accord, to a server or to a host.
    ScheduledEventId
);
wide_id!(
    /// One server group.
    ServerGroupId
);
wide_id!(
    /// One way out of a network.
    GatewayId
);
wide_id!(
    /// One address of the outside.
    PublicAddressId
);
wide_id!(
    /// Somebody who is told of events.
    WebhookId
);
short_id!(
    /// One load balancer.
    LoadBalancerId,
    Handle
);
short_id!(
    /// One listener of a load balancer; unique in the world.
    ListenerId,
    Handle
);
short_id!(
    /// One forwarding rule of a listener; unique in the world.
    RuleId,
    Handle
);
short_id!(
    /// One accepted command. Jobs and their sub-jobs share one number line, so a public number
    /// finds its job without an index: a job's sub-jobs have the numbers right after its own.
    JobId,
    u64
);
short_id!(
    /// The public number of the work on one target.
    SubJobId,
    u64
);

impl JobId {
    /// The public number of the sub-job at `index`.
    pub const fn sub(self, index: u32) -> SubJobId {
        SubJobId(self.0 + 1 + index as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_eight_characters_and_reads_back() {
        for number in [0, 1, 35, 36, HANDLE_SPACE - 1] {
            let text = Handle(number).to_string();
            assert_eq!(text.len(), 8);
            assert_eq!(Handle::parse(&text), Some(Handle(number)));
        }
        for bad in ["", "abc", "ABCDEFGH", "abcdefg-", "abcdefghi", "ünïcödé"] {
            assert_eq!(Handle::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_wide_id_reads_both_its_forms_and_no_other() {
        let id = ServerId(0x616f_b98f_46ca_475e_917e_2563_e5a8_cd19);
        let text = "616fb98f-46ca-475e-917e-2563e5a8cd19";
        assert_eq!(id.to_string(), text);
        assert_eq!(ServerId::parse_dashed(text), Some(id));
        assert_eq!(ServerId::parse_dashed(&text.to_uppercase()), Some(id));
        assert_eq!(ServerId::parse_plain(&id.plain()), Some(id));
        for bad in [
            "",
            "616fb98f",
            "616fb98f-46ca-475e-917e-2563e5a8cd1g",
            "616fb98f46ca-475e-917e-2563e5a8cd19a",
        ] {
            assert_eq!(ServerId::parse_dashed(bad), None, "{bad}");
            assert_eq!(ServerId::parse_plain(bad), None, "{bad}");
        }
        assert_eq!(ServerId::parse_plain("+16fb98f46ca475e917e2563e5a8cd19"), None);
    }

    #[test]
    fn ids_keep_their_value_in_both_kinds_of_record() {
        let id = ServerId(7 << 90 | 0x3039);
        let binary = rmp_serde::to_vec_named(&id).unwrap();
        assert_eq!(binary.len(), 18);
        assert_eq!(rmp_serde::from_slice::<ServerId>(&binary).unwrap(), id);
        let text = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<ServerId>(&text).unwrap(), id);
    }
}
