//! The rules for names.

use super::faults::Refusal;
use super::params::Fields;

/// Characters in the name of an instance.
pub const INSTANCE_CHARS_MAX: usize = 60;
/// Characters in the name of a load balancer.
pub const BALANCER_CHARS_MAX: usize = 50;
/// Characters in the name of a listener. The vendor says none; this is the core's bound.
pub const LISTENER_CHARS_MAX: usize = regiment_core::limits::NAME_CHARS_MAX;

/// What an instance is called when nobody says.
pub const UNNAMED: &str = "Unnamed";

/// The name in a field, if there is one.
pub fn read<'a>(
    fields: &Fields<'a>,
    field: &str,
    chars_max: usize,
) -> Result<Option<&'a str>, Refusal> {
    let Some(name) = fields.text(field) else { return Ok(None) };
    if name.chars().count() > chars_max {
        return Err(fields.bad(field, format!("must have at most {chars_max} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(fields.bad(field, "must not have control characters"));
    }
    Ok(Some(name))
}
