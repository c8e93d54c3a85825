//! How much of a list is asked for at once.

use super::faults::Refusal;
use crate::huawei::filter::Query;
use crate::huawei::limits::PAGE_MAX;

/// The `limit` of a list. Nova forbids too much, where another number is merely wrong.
pub(super) fn limit(query: &Query, default: usize) -> Result<usize, Refusal> {
    let limit = query
        .number("limit", 1..=usize::MAX, default)
        .map_err(|_| Refusal::invalid(format!("limit must be an integer from 1 to {PAGE_MAX}.")))?;
    if limit > PAGE_MAX {
        return Err(Refusal::new(403, format!("limit must be at most {PAGE_MAX}.")));
    }
    Ok(limit)
}
