//! `GET faults/{rule_id}`.

use super::{number, shown};
use crate::Action;
use crate::native::Call;
use crate::native::faults::Refusal;
use crate::native::query::Query;

pub(in crate::native) fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    Query::of(call.request, &[])?;
    let number = number(call).ok_or_else(|| Refusal::no_such("rule", &call.named()))?;
    let request = call.context.request;
    Ok(Action::rules(move |book| shown(number, book.get(number), request)))
}
