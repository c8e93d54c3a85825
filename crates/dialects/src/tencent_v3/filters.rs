//! `Filters`: names and the values that each may have. Several filters hold together; of the values
//! of one, any may hold.

use serde::Deserialize;

use super::faults::Refusal;

const FILTERS_MAX: usize = 10;
const VALUES_MAX: usize = 5;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    pub name: String,
    pub values: Vec<String>,
}

impl Filter {
    /// Whether any value is this, to the letter.
    pub fn is(&self, text: &str) -> bool {
        self.values.iter().any(|value| value == text)
    }

    /// Whether any value is a part of this.
    pub fn is_in(&self, text: &str) -> bool {
        self.values.iter().any(|value| text.contains(&**value))
    }
}

/// The filters, when there are not too many and all have names that the action knows.
pub fn check(
    filters: Option<&Vec<Filter>>,
    known: fn(&str) -> bool,
) -> Result<Vec<Filter>, Refusal> {
    let filters = filters.cloned().unwrap_or_default();
    if filters.len() > FILTERS_MAX {
        return Err(Refusal::too_many("Filters", FILTERS_MAX));
    }
    for filter in &filters {
        if !known(&filter.name) {
            return Err(Refusal::bad("InvalidFilter", "Filters.Name", &filter.name));
        }
        if filter.values.len() > VALUES_MAX {
            return Err(Refusal::too_many("Filters.Values", VALUES_MAX)
                .coded("InvalidFilterValue.LimitExceeded"));
        }
    }
    Ok(filters)
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub offset: usize,
    pub limit: usize,
}

impl Page {
    pub fn read(offset: Option<i64>, limit: Option<i64>) -> Result<Page, Refusal> {
        let offset = offset.unwrap_or(0);
        let limit = limit.unwrap_or(20);
        let offset = usize::try_from(offset)
            .map_err(|_| Refusal::out_of_range("Offset", 0, i64::from(u32::MAX)))?;
        match usize::try_from(limit) {
            Ok(limit @ 1..=100) => Ok(Page { offset, limit }),
            Ok(_) | Err(_) => Err(Refusal::out_of_range("Limit", 1, 100)),
        }
    }

    /// The part, and of how many.
    pub fn of<T>(self, all: Vec<T>) -> (usize, impl Iterator<Item = T>) {
        (all.len(), all.into_iter().skip(self.offset).take(self.limit))
    }
}
