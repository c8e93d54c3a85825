use serde::Deserialize;

use super::{RULES_MAX, Rule};

/// Rules as people tell them, in a request or in a file: each in one line of English or in full.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    rules: Vec<Said>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Line(String),
    Full(serde_json::Value),
}

impl Told {
    /// All of them, or why one of them cannot be followed.
    pub fn read(self) -> Result<Vec<Rule>, String> {
        if self.rules.is_empty() || self.rules.len() > RULES_MAX {
            return Err(format!("rules are 1 to {RULES_MAX}"));
        }
        let numbered = self.rules.into_iter().zip(1..);
        numbered
            .map(|(said, place)| said.read().map_err(|why| format!("rule {place}: {why}")))
            .collect()
    }
}

impl Said {
    fn read(self) -> Result<Rule, String> {
        match self {
            Said::Line(line) => Rule::parse(&line),
            Said::Full(value) => {
                let rule: Rule = serde_json::from_value(value).map_err(|why| why.to_string())?;
                rule.check().map(|()| rule)
            }
        }
    }
}
