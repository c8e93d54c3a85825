//! What the vendor publishes of each action: its members and their types. A request is measured by
//! it before any action sees it, as the vendor's gateway does.
//!
//! `definitions.json` is made by `cargo xtask tencent-definitions` and never edited.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

static ALL: LazyLock<BTreeMap<String, Service>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("definitions.json")).expect("our own file can be read")
});

/// One service of one version.
#[derive(Debug, Deserialize)]
pub struct Service {
    pub version: String,
    /// The names of the objects each action takes and gives.
    pub actions: BTreeMap<String, [String; 2]>,
    objects: BTreeMap<String, Object>,
}

/// The members of an object by name, each with its type as written in the file.
pub type Object = BTreeMap<String, String>;

/// The type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'d> {
    Text,
    Integer,
    Natural,
    Number,
    Flag,
    Object(&'d str),
}

/// What is said of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'d> {
    pub kind: Kind<'d>,
    pub list: bool,
    /// A request must have it.
    pub required: bool,
    /// An answer may say null.
    pub nullable: bool,
}

#[cfg(test)]
pub fn service(name: &str) -> Option<&'static Service> {
    ALL.get(name)
}

/// The service of a version. Each has one that no other has.
pub fn service_of(version: &str) -> Option<(&'static str, &'static Service)> {
    let found = ALL.iter().find(|(_, service)| service.version == version)?;
    Some((found.0, found.1))
}

impl Service {
    pub fn object(&self, name: &str) -> Option<&Object> {
        self.objects.get(name)
    }
}

impl<'d> Member<'d> {
    pub fn read(text: &'d str) -> Member<'d> {
        let (text, nullable) = cut(text, '?');
        let (text, required) = cut(text, '*');
        let (text, list) = match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            Some(inner) => (inner, true),
            None => (text, false),
        };
        let kind = match text {
            "string" | "datetime" | "datetime_iso" => Kind::Text,
            "int64" => Kind::Integer,
            "uint64" => Kind::Natural,
            "float" => Kind::Number,
            "bool" => Kind::Flag,
            object => Kind::Object(object),
        };
        Member { kind, list, required, nullable }
    }
}

fn cut(text: &str, mark: char) -> (&str, bool) {
    match text.strip_suffix(mark) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_has_a_type_that_there_is() {
        assert_eq!(service("cvm").map(|cvm| &*cvm.version), Some("2017-03-12"));
        assert_eq!(service_of("2018-03-17").map(|(name, _)| name), Some("clb"));
        for service in ALL.values() {
            for members in service.actions.values().flatten() {
                assert!(service.object(members).is_some(), "{members}");
            }
            for text in service.objects.values().flat_map(BTreeMap::values) {
                if let Kind::Object(name) = Member::read(text).kind {
                    assert!(service.object(name).is_some(), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_members_type_is_read_from_the_inside_out() {
        let member = Member::read("[Filter]*?");
        assert_eq!(
            member,
            Member { kind: Kind::Object("Filter"), list: true, required: true, nullable: true }
        );
        assert_eq!(Member::read("uint64").kind, Kind::Natural);
    }
}
