//! How often a rule fires.

use regiment_core::chance::Chance;
use regiment_core::model::Time;
use serde::{Deserialize, Serialize};

/// Conditions that all must hold; none at all means each time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Turns {
    /// Only the n-th time that it fits, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Every n-th time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// With this chance, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// So often and no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Not before this time …
    #[serde(skip_serializing_if = "Option::is_none", with = "moment")]
    pub from: Option<Time>,
    /// … nor at this one or later.
    #[serde(skip_serializing_if = "Option::is_none", with = "moment")]
    pub until: Option<Time>,
}

/// Where chance is cut: far finer than anyone says a probability.
const PARTS: u64 = 1 << 53;

impl Turns {
    pub fn check(&self) -> Result<(), String> {
        let Turns { nth, every, probability, times, from, until } = self;
        if [nth, every, times].into_iter().any(|count| *count == Some(0)) {
            return Err("nth, every and times are counted from 1".to_owned());
        }
        if probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err("a probability is from 0 to 1".to_owned());
        }
        match (from, until) {
            (Some(from), Some(until)) if from >= until => Err("from is before until".to_owned()),
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }

    /// Whether the rule fires now, `seen` being how often it has fitted with this time, and `hits` how
    /// often it has fired.
    pub fn come(&self, seen: u64, hits: u64, now: Time, chance: &mut Chance) -> bool {
        let Turns { nth, every, probability, times, from, until } = self;
        nth.is_none_or(|nth| seen == nth)
            && every.is_none_or(|every| seen.is_multiple_of(every))
            && times.is_none_or(|times| hits < times)
            && from.is_none_or(|from| from <= now)
            && until.is_none_or(|until| now < until)
            // Drawn last and only when all else holds, so that each rule's luck is its own.
            && probability.is_none_or(|p| is_drawn(p, chance))
    }
}

#[expect(clippy::cast_precision_loss, reason = "both numbers are below 2^53")]
fn is_drawn(probability: f64, chance: &mut Chance) -> bool {
    (chance.below(PARTS) as f64) < probability * (PARTS as f64)
}

/// RFC 3339, as the own API writes times.
mod moment {
    use jiff::Timestamp;
    use regiment_core::model::Time;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the form that serde calls")]
    pub fn serialize<S: Serializer>(time: &Option<Time>, to: S) -> Result<S::Ok, S::Error> {
        time.and_then(|time| Timestamp::from_millisecond(time.0).ok())
            .map(|stamp| format!("{stamp:.3}"))
            .serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
        let text = String::deserialize(from)?;
        let stamp = text.parse::<Timestamp>().map_err(serde::de::Error::custom)?;
        Ok(Some(Time(stamp.as_millisecond())))
    }
}
