//! Fault rules: what goes wrong on purpose. They belong to the plane, not to a project.

pub(in crate::native) mod add_rules;
pub(in crate::native) mod clear_rules;
pub(in crate::native) mod list_rules;
pub(in crate::native) mod remove_rule;
pub(in crate::native) mod show_rule;

use regiment_core::model::RequestId;
use serde::Serialize;

use crate::Answer;
use crate::native::faults::Refusal;
use crate::native::{Call, reply};
use crate::rules::{Kept, Rule};

/// A rule and what it has met so far.
#[derive(Serialize)]
struct ShownRule {
    id: String,
    /// How often it fitted.
    seen: u64,
    /// How often it fired.
    hits: u64,
    #[serde(flatten)]
    rule: Rule,
}

impl ShownRule {
    fn of(number: u64, kept: &Kept) -> ShownRule {
        let Kept { rule, seen, hits, .. } = kept;
        ShownRule { id: number.to_string(), seen: *seen, hits: *hits, rule: rule.clone() }
    }
}

#[derive(Serialize)]
struct Rules {
    rules: Vec<ShownRule>,
}

/// The number of the rule that the path names; nothing, if it can be none's.
fn number(call: &Call<'_>) -> Option<u64> {
    let name = call.named();
    name.parse().ok().filter(|number: &u64| number.to_string() == name)
}

fn shown(number: u64, kept: Option<&Kept>, request: RequestId) -> Answer {
    match kept {
        Some(kept) => reply::json(200, &ShownRule::of(number, kept)),
        None => reply::refuse(&Refusal::no_such("rule", &number.to_string()), request),
    }
}
