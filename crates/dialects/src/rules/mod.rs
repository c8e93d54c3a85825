//! Fault rules: what goes wrong on purpose, where, for whom and how often. Everything but the doing:
//! a rule says whether it fires and what its effect is, and whoever asked does that.
//!
//! A request passes four stages, at each of which it may meet a rule: `request` (it is understood, and
//! nothing has been looked up), `admit` (each server is judged), `run` (a driver is called for a
//! server), `reply` (what is done is durable, and the answer is on its way).
//!
//! Deliberately absent: rules on disk. They are equipment of a test, told anew after a restart.
//!
//! Read first: [`Rule`], then [`Book`].

mod book;
mod effect;
mod line;
mod matching;
mod rule;
mod said;
mod turns;

#[cfg(test)]
mod tests;

pub use book::{Book, Kept, Met, RULES_MAX};
pub use effect::{Effect, Failure, Named, Raw, Span, Stage};
pub use matching::{Matching, Occasion};
pub use rule::Rule;
pub use said::Told;
pub use turns::Turns;
