//! Who is asking: a bearer token, made of an access key and its secret key by `POST tokens`.

use super::faults::Refusal;
use super::route::Route;
use crate::{Caller, Context, Request};

pub(super) fn authenticate(
    request: &Request<'_>,
    context: &Context<'_>,
) -> Result<Option<Caller>, Refusal> {
    // What does not exist is said to anyone: the contract is no secret.
    if Route::of(request)?.is_open().is_some() {
        return Ok(None);
    }
    let given = request.header("authorization");
    let Some(given) = given else { return Err(Refusal::unauthorized("a bearer token is needed")) };
    let token = given
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let Some(token) = token else {
        return Err(Refusal::unauthorized("Authorization must be: Bearer, a blank, a token"));
    };
    match context.gate.bearer(token) {
        Some(bearer) if context.now < bearer.expires_at => Ok(Some(bearer.into())),
        Some(_) | None => Err(Refusal::unauthorized("the token is unknown or has expired")),
    }
}
