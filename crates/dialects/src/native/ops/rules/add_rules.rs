//! `POST faults`: rules, each in one line of English or in full. All of them are taken, or none.

use super::{Rules, ShownRule};
use crate::Action;
use crate::native::faults::Refusal;
use crate::native::query::Query;
use crate::native::{Call, body, reply};
use crate::rules::Told;

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let told: Told = body::read(call.request)?;
    let rules = told.read().map_err(Refusal::invalid)?;
    let request = call.context.request;
    Ok(Action::rules(move |book| match book.add_all(rules) {
        Ok(numbers) => {
            let kept = numbers.filter_map(|number| Some((number, book.get(number)?)));
            let rules = kept.map(|(number, kept)| ShownRule::of(number, kept)).collect();
            reply::json(201, &Rules { rules })
        }
        Err(why) => reply::refuse(&Refusal::invalid(why), request),
    }))
}
