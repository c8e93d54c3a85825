//! `GET faults`: every rule, in the order in which they are asked.

use super::{Rules, ShownRule};
use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, reply};

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    Ok(Action::rules(|book| {
        let rules = book.iter().map(|(number, kept)| ShownRule::of(number, kept)).collect();
        reply::json(200, &Rules { rules })
    }))
}
