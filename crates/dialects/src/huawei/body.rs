//! Reading bodies: once, from the bytes straight into what is needed, forgiving where this cloud is.

use std::collections::HashSet;
use std::fmt;

use regiment_core::command::TargetRef;
use regiment_core::model::ServerId;
use regiment_core::vault::Secret;
use serde::de::{self, DeserializeOwned, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;

use super::faults::Row;

/// The body as `T`, or what is wrong with it. Fields that `T` does not name are passed over.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Row> {
    match body.trim_ascii_start().first() {
        None => return Err(Row::new("Common.0002", 400, "The request body is empty.")),
        Some(b'{') => {}
        // A list would else be read as an object's values in order.
        Some(_) => return Err(Row::invalid("request body is illegal.")),
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => Row::invalid("request body is illegal."),
        Category::Data => {
            let story = error.to_string();
            Row::invalid(format!("request body is illegal: {}.", plain(&story)))
        }
    })
}

/// An error's story without what is not the client's business or is the client's own: where in the
/// text it stands, the names of our types, and a value, which may be long or a misplaced secret.
fn plain(story: &str) -> String {
    let story = story.rsplit_once(" at line ").map_or(story, |(story, _)| story);
    let story = match (story.find("string \""), story.rfind("\", expected ")) {
        (Some(from), Some(to)) if from < to => {
            format!("{}a string{}", &story[..from], &story[to + 1..])
        }
        _ => story.to_owned(),
    };
    match story.split_once(", expected struct ") {
        Some((found, _)) => format!("{found}, expected an object"),
        None => story,
    }
}

/// A boolean, also as text or number. What is neither true nor false is false, as in this cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Flag, D::Error> {
        struct Lenient;
        impl Visitor<'_> for Lenient {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag(value))
            }
            fn visit_str<E>(self, text: &str) -> Result<Flag, E> {
                Ok(Flag(text.eq_ignore_ascii_case("true")))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Flag, E> {
                Ok(Flag(value == 1))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Flag, E> {
                Ok(Flag(false))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Flag, E> {
                Ok(Flag(false))
            }
            fn visit_unit<E>(self) -> Result<Flag, E> {
                Ok(Flag(false))
            }
        }
        from.deserialize_any(Lenient)
    }
}

/// A whole number, also as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Whole(pub i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Whole, D::Error> {
        struct Lenient;
        impl Visitor<'_> for Lenient {
            type Value = Whole;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer")
            }
            fn visit_i64<E>(self, value: i64) -> Result<Whole, E> {
                Ok(Whole(value))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Whole, E> {
                Ok(Whole(i64::try_from(value).unwrap_or(i64::MAX)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Whole, E> {
                let unfit = |_| E::invalid_value(de::Unexpected::Str(text), &self);
                text.parse().map(Whole).map_err(unfit)
            }
        }
        from.deserialize_any(Lenient)
    }
}

/// A password, which goes from the bytes into the type that does not print.
#[derive(Clone, Debug)]
pub(super) struct Password(pub Secret);

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Password, D::Error> {
        struct Hidden;
        impl Visitor<'_> for Hidden {
            type Value = Password;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, text: &str) -> Result<Password, E> {
                Ok(Password(Secret::new(text)))
            }
        }
        // A value of another type must not be told back in the error.
        from.deserialize_str(Hidden).map_err(|_| D::Error::custom("a password must be a string"))
    }
}

/// `[{"id": …}, …]` as targets: each once, in the order in which they were first named.
#[derive(Clone, Debug)]
pub(super) struct Targets(pub Vec<TargetRef>);

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Targets, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Targets;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of servers")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Targets, A::Error> {
                let mut targets = Vec::with_capacity(64);
                while let Some(Named(target)) = seq.next_element()? {
                    targets.push(target);
                }
                Ok(Targets(each_once(targets)))
            }
        }
        from.deserialize_seq(List)
    }
}

/// One `{"id": …}`.
struct Named(TargetRef);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Named, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Named;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with an id")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
                let mut id = None;
                while let Some(IsId(is_id)) = map.next_key()? {
                    if is_id {
                        id = Some(map.next_value::<Id>()?.0);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                id.map(Named).ok_or_else(|| A::Error::missing_field("id"))
            }
        }
        from.deserialize_map(Object)
    }
}

struct IsId(bool);

impl<'de> Deserialize<'de> for IsId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<IsId, D::Error> {
        struct Key;
        impl Visitor<'_> for Key {
            type Value = IsId;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_str<E>(self, name: &str) -> Result<IsId, E> {
                Ok(IsId(name == "id"))
            }
        }
        from.deserialize_str(Key)
    }
}

struct Id(TargetRef);

pub(super) const SERVER_ID_BYTES_MAX: usize = 64;

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Id, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a server id")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                // What is no id is told back and kept with the job.
                if text.len() > SERVER_ID_BYTES_MAX {
                    return Err(E::custom("a server id is too long"));
                }
                Ok(Id(target(text)))
            }
        }
        from.deserialize_str(Text)
    }
}

/// A server as a client names it.
pub(super) fn target(text: &str) -> TargetRef {
    match ServerId::parse_dashed(text) {
        Some(id) => TargetRef::Server(id),
        None => TargetRef::Unreadable(text.into()),
    }
}

/// The words for a target in an answer.
pub(super) fn words(target: &TargetRef) -> String {
    match target {
        TargetRef::Server(id) => id.to_string(),
        TargetRef::Unreadable(words) => words.to_string(),
        TargetRef::Short(handle) => handle.to_string(),
        TargetRef::Balancer(id) => id.0.to_string(),
        TargetRef::Disk(id) => id.to_string(),
        TargetRef::Image(id) => id.to_string(),
    }
}

fn each_once(targets: Vec<TargetRef>) -> Vec<TargetRef> {
    // Nearly always all are ids and none is there twice, which a sorted copy tells fastest.
    let number = |target: &TargetRef| match target {
        TargetRef::Server(id) => Some(id.0),
        TargetRef::Unreadable(_)
        | TargetRef::Short(_)
        | TargetRef::Balancer(_)
        | TargetRef::Disk(_)
        | TargetRef::Image(_) => None,
    };
    let mut numbers: Vec<u128> = targets.iter().filter_map(number).collect();
    numbers.sort_unstable();
    if numbers.len() == targets.len() && numbers.windows(2).all(|pair| pair[0] != pair[1]) {
        return targets;
    }
    let mut seen = HashSet::with_capacity(targets.len());
    targets.into_iter().filter(|target| seen.insert(words(target))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        servers: Targets,
        #[serde(default)]
        dry_run: Flag,
        count: Option<Whole>,
        new_password: Option<Password>,
    }

    const ONE: &str = "616fb98f-46ca-475e-917e-2563e5a8cd19";

    #[test]
    fn servers_are_read_each_once_in_order() {
        let text = format!(
            r#"{{"x":[1],"servers":[{{"id":"b"}},{{"a":{{}},"id":"{ONE}"}},{{"id":"b"}},{{"id":"{}"}},{{"id":"a"}}]}}"#,
            ONE.to_uppercase()
        );
        let body: Body = read(text.as_bytes()).unwrap();
        let read: Vec<String> = body.servers.0.iter().map(words).collect();
        assert_eq!(read, ["b", ONE, "a"]);
    }

    #[test]
    fn booleans_and_numbers_may_be_text() {
        for (text, expected) in
            [("true", true), ("\"True\"", true), ("\"no\"", false), ("null", false), ("1", true)]
        {
            let body = format!(r#"{{"servers":[],"dry_run":{text},"count":"7"}}"#);
            let body: Body = read(body.as_bytes()).unwrap();
            assert_eq!(body.dry_run.0, expected, "{text}");
            assert_eq!(body.count, Some(Whole(7)));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_telling_the_password() {
        let code = |text: &str| read::<Body>(text.as_bytes()).unwrap_err();
        assert_eq!(code(" ").code, "Common.0002");
        assert_eq!(code("{").message, "request body is illegal.");
        assert_eq!(code("{}").message, "request body is illegal: missing field `servers`.");
        let story = code(r#"{"servers":[],"new_password":123456789}"#);
        assert!(!story.message.contains("123456789"), "{}", story.message);
        assert_eq!(
            code(r#"{"servers":[{}]}"#).message,
            "request body is illegal: missing field `id`."
        );
        assert!(code(r#"{"servers":[],"count":"x"}"#).message.contains("an integer"));
        assert!(read::<Body>(br#"{"servers":[]}"#).unwrap().new_password.is_none());
    }

    #[test]
    fn an_error_tells_neither_our_types_nor_the_values() {
        #[derive(Debug, Deserialize)]
        struct Outer {
            #[serde(rename = "inner")]
            _inner: Body,
        }
        for (text, expected) in [
            (
                r#"{"inner":"s3cret\", expected x at line 1"}"#,
                "invalid type: a string, expected an object",
            ),
            (
                r#"{"inner":{"servers":[],"count":"s3cret"}}"#,
                "invalid value: a string, expected an integer",
            ),
            (r#"{"inner":[[]]}"#, "invalid length 2, expected an object"),
            (
                r#"{"inner":{"servers":[{"id":5}]}}"#,
                "invalid type: integer `5`, expected a server id",
            ),
            (r#"{"inner":{"servers":[{"id":null}]}}"#, "invalid type: null, expected a server id"),
            (
                r#"{"inner":{"servers":["s3cret"]}}"#,
                "invalid type: a string, expected an object with an id",
            ),
        ] {
            let row = read::<Outer>(text.as_bytes()).unwrap_err();
            assert_eq!(row.message, format!("request body is illegal: {expected}."));
        }
        let long = format!(r#"{{"servers":[{{"id":"{}"}}]}}"#, "a".repeat(SERVER_ID_BYTES_MAX + 1));
        assert!(read::<Body>(long.as_bytes()).unwrap_err().message.ends_with("is too long."));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read::<Body>(&bytes);
        }
    }
}
