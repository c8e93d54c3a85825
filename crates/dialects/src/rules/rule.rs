use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Effect, Matching, Stage, Turns, line};

/// One thing that goes wrong: where, for whom, how often, and what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Absent: where its effect usually happens. Always there once it is in a book.
    #[serde(default)]
    pub stage: Option<Stage>,
    #[serde(default, rename = "match")]
    pub matching: Matching,
    #[serde(default, rename = "when")]
    pub turns: Turns,
    pub effect: Effect,
}

const NAME_CHARS_MAX: usize = 128;

impl Rule {
    pub fn new(effect: Effect) -> Rule {
        Rule {
            name: None,
            stage: None,
            matching: Matching::default(),
            turns: Turns::default(),
            effect,
        }
    }

    /// Reads a rule in one line of English, such as `resize fails with no-capacity on 3 of web-*`.
    pub fn parse(text: &str) -> Result<Rule, String> {
        line::parse(text)
    }

    pub fn stage(&self) -> Stage {
        self.stage.unwrap_or(self.effect.usual_stage())
    }

    pub fn check(&self) -> Result<(), String> {
        if self.name.as_ref().is_some_and(|name| name.chars().count() > NAME_CHARS_MAX) {
            return Err(format!("a name has at most {NAME_CHARS_MAX} characters"));
        }
        if self.stage() == Stage::Run && self.matching.action.is_some() {
            return Err("a driver's work has no action: name the operation instead".to_owned());
        }
        self.turns.check()?;
        self.effect.check(self.stage())
    }
}
