//! What a request's body says. A field that is not known is refused: an order that is not read whole
//! is another order.

use serde::de::DeserializeOwned;

use super::faults::Refusal;
use crate::Request;

pub(super) fn read<T: DeserializeOwned>(request: &Request<'_>) -> Result<T, Refusal> {
    let kind = request.header("content-type").unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::wrong_type());
    }
    serde_json::from_slice(request.body)
        .map_err(|error| Refusal::invalid(format!("the body is not as it should be: {error}")))
}
