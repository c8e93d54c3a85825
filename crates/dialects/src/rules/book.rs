use std::collections::BTreeMap;
use std::ops::Range;

use regiment_core::chance::Chance;
use regiment_core::model::Time;

use super::{Effect, Occasion, Rule};

/// Each is looked at for each request; more would be a program, not a test.
pub const RULES_MAX: usize = 1_000;

/// A rule, and what it has met so far.
#[derive(Clone, Debug)]
pub struct Kept {
    pub rule: Rule,
    /// How often it fitted.
    pub seen: u64,
    /// How often it fired.
    pub hits: u64,
    chance: Chance,
}

/// All rules, by their numbers, in the order in which they were made.
#[derive(Clone, Debug)]
pub struct Book {
    seed: u64,
    next: u64,
    rules: BTreeMap<u64, Kept>,
}

/// A rule that fired.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    pub rule: u64,
    pub effect: Effect,
}

impl Book {
    /// The same seed, the same rules and the same occasions give the same effects.
    pub const fn new(seed: u64) -> Book {
        Book { seed, next: 1, rules: BTreeMap::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Takes a rule in and gives its number.
    pub fn add(&mut self, mut rule: Rule) -> Result<u64, String> {
        rule.check()?;
        if self.rules.len() >= RULES_MAX {
            return Err(format!("there are {RULES_MAX} rules already"));
        }
        rule.stage = Some(rule.stage());
        let number = self.next;
        self.next += 1;
        // Each has its own luck, whatever the others meet.
        let chance = Chance::new(self.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        self.rules.insert(number, Kept { rule, seen: 0, hits: 0, chance });
        Ok(number)
    }

    /// Takes all of these in, or none.
    pub fn add_all(&mut self, rules: Vec<Rule>) -> Result<Range<u64>, String> {
        if self.rules.len() + rules.len() > RULES_MAX {
            return Err(format!("there would be more than {RULES_MAX} rules"));
        }
        rules.iter().try_for_each(Rule::check)?;
        let first = self.next;
        for rule in rules {
            self.add(rule)?;
        }
        Ok(first..self.next)
    }

    pub fn get(&self, number: u64) -> Option<&Kept> {
        self.rules.get(&number)
    }

    pub fn remove(&mut self, number: u64) -> Option<Kept> {
        self.rules.remove(&number)
    }

    pub fn clear(&mut self) {
        self.rules.clear();
    }

    /// As it was when it was new: no rules, and their numbers and their luck from the start.
    pub fn reset(&mut self) {
        *self = Book::new(self.seed);
    }

    pub fn iter(&self) -> impl Iterator<Item = (u64, &Kept)> {
        self.rules.iter().map(|(number, kept)| (*number, kept))
    }

    /// The first rule that fires. Those before it that fit have been seen once more; those after it
    /// have seen nothing.
    pub fn meet(&mut self, occasion: &Occasion<'_>, now: Time) -> Option<Met> {
        for (number, kept) in &mut self.rules {
            let Kept { rule, seen, hits, chance } = kept;
            if rule.stage() != occasion.stage || !rule.matching.fits(occasion) {
                continue;
            }
            *seen += 1;
            if rule.turns.come(*seen, *hits, now, chance) {
                *hits += 1;
                return Some(Met { rule: *number, effect: rule.effect.clone() });
            }
        }
        None
    }
}
