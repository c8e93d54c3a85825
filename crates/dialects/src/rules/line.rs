//! A rule in one line of English.
//!
//! `SUBJECT EFFECT [on [N of] SERVERS] [in DIALECT] [HOW OFTEN] [at STAGE]`

use std::sync::Arc;

use super::{Effect, Failure, Named, Raw, Rule, Span, Stage};
use crate::orders::duration;

struct Words<'a> {
    all: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let word = self.all.get(self.at).copied()?;
        self.at += 1;
        Some(word)
    }

    fn need(&mut self, what: &str) -> Result<&'a str, String> {
        self.next().ok_or_else(|| format!("{what} is missing at the end"))
    }

    /// Takes these words if they are next.
    fn take(&mut self, words: &[&str]) -> bool {
        let there = self.all[self.at..].starts_with(words);
        if there {
            self.at += words.len();
        }
        there
    }

    fn expect(&mut self, words: &[&str]) -> Result<(), String> {
        if self.take(words) {
            return Ok(());
        }
        let found = self.all.get(self.at).copied().unwrap_or("the end");
        Err(format!("{:?} is wanted where there is {found:?}", words.join(" ")))
    }
}

/// Subjects that stand for every operation.
const EVERYTHING: [&str; 3] = ["everything", "anything", "*"];

pub(super) fn parse(text: &str) -> Result<Rule, String> {
    let mut words = Words { all: text.split_whitespace().collect(), at: 0 };
    let subject = words.need("an operation or an action")?;
    let effect = effect(&mut words)?;
    let mut rule = Rule::new(effect);
    if EVERYTHING.contains(&subject) {
        // All of it.
    } else if subject.contains(|letter: char| letter.is_ascii_uppercase()) {
        rule.matching.action = Some(subject.into());
        rule.stage = Some(match rule.effect.usual_stage() {
            Stage::Run => Stage::Admit,
            stage @ (Stage::Request | Stage::Admit | Stage::Reply) => stage,
        });
    } else {
        rule.matching.operation = Some(subject.replace('-', "_").into());
    }
    while words.at < words.all.len() {
        condition(&mut words, &mut rule)?;
    }
    rule.check()?;
    Ok(rule)
}

fn effect(words: &mut Words<'_>) -> Result<Effect, String> {
    let verb = words.need("what goes wrong")?;
    Ok(match verb {
        "fails" if words.take(&["with", "code"]) => {
            let code = words.need("the code")?.into();
            let message: Arc<str> = "injected".into();
            Effect::Fail(Failure::Raw(Raw { status: None, code, message }))
        }
        "fails" => {
            words.expect(&["with"])?;
            let name = words.need("the name of a fault")?;
            let named = Named::read(name).ok_or(format!("there is no fault named {name:?}"))?;
            Effect::Fail(Failure::Named(named))
        }
        "hangs" => Effect::Hang,
        "takes" => takes(words)?,
        "answers" => {
            let status = words.need("a status")?;
            let status = status.parse().map_err(|_| format!("{status:?} is no status"))?;
            Effect::Status(status)
        }
        "finds" => {
            words.expect(&["no", "agent"])?;
            Effect::AgentMissing
        }
        "loses" => {
            if words.take(&["its", "host"]) || words.take(&["the", "host"]) {
                Effect::HostDown
            } else {
                words.expect(&["the", "reply"])?;
                Effect::Lost
            }
        }
        "is" => match words.need("throttled, malformed, truncated, reset or lost")? {
            "throttled" => Effect::Throttle,
            "malformed" => Effect::Malformed,
            "truncated" => Effect::Truncated,
            "reset" => Effect::Reset,
            "lost" => Effect::Lost,
            other => return Err(format!("nothing is {other:?} here")),
        },
        other => {
            return Err(format!(
                "{other:?} is no effect: fails with FAULT, fails with code CODE, hangs, takes 5s \
                 longer, takes 10 times as long, answers 503, finds no agent, loses its host, \
                 loses the reply, is throttled, is malformed, is truncated, is reset"
            ));
        }
    })
}

fn takes(words: &mut Words<'_>) -> Result<Effect, String> {
    let amount = words.need("how long")?;
    if words.take(&["times", "as", "long"]) {
        let factor = amount.parse().map_err(|_| format!("{amount:?} is no factor"))?;
        return Ok(Effect::Slow(factor));
    }
    words.expect(&["longer"])?;
    Ok(Effect::Delay(Span(duration("the delay", amount)?)))
}

fn condition(words: &mut Words<'_>, rule: &mut Rule) -> Result<(), String> {
    let word = words.need("a condition")?;
    match word {
        "on" => {
            let first = words.need("which servers")?;
            let count: Option<u64> = first.parse().ok();
            match count {
                Some(times) if words.take(&["of"]) => {
                    rule.turns.times = Some(times);
                    rule.matching.server = servers(words.need("which servers")?);
                }
                Some(_) | None => rule.matching.server = servers(first),
            }
        }
        "in" => rule.matching.dialect = Some(words.need("the name of an API")?.into()),
        "at" => {
            let named = words.need("a stage")?;
            let stage = Stage::ALL.into_iter().find(|stage| stage.word() == named);
            rule.stage = Some(stage.ok_or(format!("{named:?} is no stage"))?);
        }
        "once" => rule.turns.times = Some(1),
        "twice" => rule.turns.times = Some(2),
        "every" => {
            rule.turns.every = Some(ordinal(words.need("a number")?)?);
            words.expect(&["time"])?;
        }
        "the" => {
            rule.turns.nth = Some(ordinal(words.need("a number")?)?);
            words.expect(&["time"])?;
        }
        "with" => {
            words.expect(&["probability"])?;
            let said = words.need("a probability")?;
            let probability = match said.strip_suffix('%') {
                Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
                None => said.parse(),
            };
            let bad = |_| format!("{said:?} is no probability");
            rule.turns.probability = Some(probability.map_err(bad)?);
        }
        count if words.take(&["times"]) => {
            rule.turns.times = Some(count.parse().map_err(|_| format!("{count:?} is no number"))?);
        }
        other => {
            return Err(format!(
                "{other:?} is no condition: on SERVERS, on N of SERVERS, in DIALECT, once, N times, \
                 every Nth time, the Nth time, with probability P, at STAGE"
            ));
        }
    }
    Ok(())
}

/// Every server is no condition.
fn servers(word: &str) -> Option<Arc<str>> {
    (word != "*").then(|| word.into())
}

/// `3`, `3rd`.
fn ordinal(word: &str) -> Result<u64, String> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    digits.parse().map_err(|_| format!("{word:?} is no number"))
}
