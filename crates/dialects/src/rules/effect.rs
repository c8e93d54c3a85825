//! What a rule does, and where it can do that.

use std::sync::Arc;

use regiment_core::model::FaultKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::orders::duration;

/// Where on its way a request meets a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    Request,
    Admit,
    Run,
    Reply,
}

impl Stage {
    pub const ALL: [Stage; 4] = [Stage::Request, Stage::Admit, Stage::Run, Stage::Reply];

    pub const fn word(self) -> &'static str {
        match self {
            Stage::Request => "request",
            Stage::Admit => "admit",
            Stage::Run => "run",
            Stage::Reply => "reply",
        }
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It fails, with a fault that every cloud has its own words for, or in the very words given.
    Fail(Failure),
    /// It takes this much longer.
    Delay(Span),
    /// It goes on without end: until the rule is taken away, or the client gives up.
    Hang,
    /// A driver's work takes this many times as long.
    Slow(f64),
    /// The caller has asked too often.
    Throttle,
    /// What stands in front of the cloud answers with this status and a page of its own.
    Status(u16),
    /// The answer's body ends in its middle, and its length says that that is all.
    Malformed,
    /// The connection ends in the middle of the answer.
    Truncated,
    /// The connection is reset.
    Reset,
    /// The connection ends before the answer.
    Lost,
    /// The agent in the server does not answer.
    AgentMissing,
    /// The host of the server goes down, with all that is on it, before the call.
    HostDown,
    /// The host of the server comes up before the call.
    HostUp,
}

/// How something fails.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Failure {
    Named(Named),
    Raw(Raw),
}

/// A fault as rules name it: `no-capacity` or `NoCapacity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named(pub FaultKind);

/// A refusal in a vendor's own words, as the caller is to see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// For clouds that tell by it; absent: 400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    pub code: Arc<str>,
    #[serde(default)]
    pub message: Arc<str>,
}

/// A time in milliseconds, said as a number of them or as `500ms`, `30s`, `5m`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub i64);

/// A day: nobody waits longer for a test.
const SPAN_MAX_MS: i64 = 24 * 3_600_000;
const FACTOR_MAX: f64 = 1_000.0;

impl Effect {
    /// Where it happens if nobody says where.
    pub const fn usual_stage(&self) -> Stage {
        match self {
            Effect::Fail(Failure::Raw(_))
            | Effect::Throttle
            | Effect::Status(_)
            | Effect::Reset => Stage::Request,
            Effect::Fail(Failure::Named(_))
            | Effect::Delay(_)
            | Effect::Hang
            | Effect::Slow(_)
            | Effect::AgentMissing
            | Effect::HostDown
            | Effect::HostUp => Stage::Run,
            Effect::Malformed | Effect::Truncated | Effect::Lost => Stage::Reply,
        }
    }

    /// Why it cannot happen at a stage, if it cannot.
    pub fn check(&self, stage: Stage) -> Result<(), String> {
        let no = |why: &str| {
            Err(format!("{} cannot happen at stage {}: {why}", self.word(), stage.word()))
        };
        let with_answer = "no answer is under way while a driver works";
        let with_driver = "only a driver's work (stage run) can meet it";
        match (self, stage) {
            (Effect::Fail(Failure::Raw(_)), Stage::Run) => {
                no("a server's failure is kept for every cloud and needs a fault by name")
            }
            (
                Effect::Throttle
                | Effect::Status(_)
                | Effect::Malformed
                | Effect::Truncated
                | Effect::Reset
                | Effect::Lost,
                Stage::Run,
            ) => no(with_answer),
            (
                Effect::Slow(_) | Effect::AgentMissing | Effect::HostDown | Effect::HostUp,
                Stage::Request | Stage::Admit | Stage::Reply,
            ) => no(with_driver),
            (Effect::Slow(factor), Stage::Run) if !(1.0..=FACTOR_MAX).contains(factor) => {
                Err(format!("slow is a factor from 1 to {FACTOR_MAX}"))
            }
            (Effect::Delay(Span(ms)), _) if !(0..=SPAN_MAX_MS).contains(ms) => {
                Err("a delay is a day at most".to_owned())
            }
            (Effect::Status(status), _) if !(400..=599).contains(status) => {
                Err("a status is one of an error, from 400 to 599".to_owned())
            }
            (Effect::Fail(Failure::Raw(raw)), _) => raw.check(),
            _ => Ok(()),
        }
    }

    /// The name of its kind.
    pub const fn word(&self) -> &'static str {
        match self {
            Effect::Fail(_) => "fail",
            Effect::Delay(_) => "delay",
            Effect::Hang => "hang",
            Effect::Slow(_) => "slow",
            Effect::Throttle => "throttle",
            Effect::Status(_) => "status",
            Effect::Malformed => "malformed",
            Effect::Truncated => "truncated",
            Effect::Reset => "reset",
            Effect::Lost => "lost",
            Effect::AgentMissing => "agent-missing",
            Effect::HostDown => "host-down",
            Effect::HostUp => "host-up",
        }
    }
}

impl Raw {
    fn check(&self) -> Result<(), String> {
        let Raw { status, code, message } = self;
        if code.is_empty() || code.len() > 128 || message.len() > 1_024 {
            return Err("a code has 1 to 128 characters, a message up to 1024".to_owned());
        }
        match status {
            Some(status) if !(400..=599).contains(status) => {
                Err("a status is one of an error, from 400 to 599".to_owned())
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Named {
    /// Reads `no-capacity` and `NoCapacity` alike.
    pub fn read(text: &str) -> Option<Named> {
        let mut name = String::with_capacity(text.len());
        for part in text.split(['-', '_']) {
            let mut chars = part.chars();
            name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
            name.push_str(chars.as_str());
        }
        // The faults' own names are those they are kept under.
        let kind = FaultKind::deserialize(serde::de::value::StrDeserializer::new(&name));
        let kind: Result<FaultKind, serde::de::value::Error> = kind;
        kind.ok().map(Named)
    }

    fn word(self) -> String {
        let mut word = String::new();
        for letter in format!("{:?}", self.0).chars() {
            if letter.is_ascii_uppercase() && !word.is_empty() {
                word.push('-');
            }
            word.push(letter.to_ascii_lowercase());
        }
        word
    }
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.word())
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Named, D::Error> {
        let text = String::deserialize(from)?;
        let unknown = || serde::de::Error::custom(format!("there is no fault named {text:?}"));
        Named::read(&text).ok_or_else(unknown)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a delay must be milliseconds or a text such as 30s")]
        enum Said {
            Ms(i64),
            Text(String),
        }
        match Said::deserialize(from)? {
            Said::Ms(ms) => Ok(Span(ms)),
            Said::Text(text) => {
                duration("delay", &text).map(Span).map_err(serde::de::Error::custom)
            }
        }
    }
}
