//! `DELETE faults`: every rule goes. Answered with what they had met.

use super::{Rules, ShownRule};
use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, reply};

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    Ok(Action::rules(|book| {
        let rules = book.iter().map(|(number, kept)| ShownRule::of(number, kept)).collect();
        book.clear();
        reply::json(200, &Rules { rules })
    }))
}
