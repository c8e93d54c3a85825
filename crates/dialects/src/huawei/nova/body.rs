//! Reading bodies as the rest of this cloud does, refusing them as Nova does.

use serde::de::DeserializeOwned;

use super::faults::Refusal;
use crate::huawei::body;

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    body::read(bytes).map_err(Refusal::from)
}

/// A name of anything: from 1 to `max` characters, no blank at either end, nothing that cannot be
/// printed.
pub(super) fn check_name(name: &str, max: usize) -> Result<(), Refusal> {
    let fits = (1..=max).contains(&name.chars().count())
        && name.trim() == name
        && !name.chars().any(char::is_control);
    let message = || {
        format!(
            "Invalid input for field/attribute name. It must have from 1 to {max} printable characters."
        )
    };
    if fits { Ok(()) } else { Err(Refusal::invalid(message())) }
}
