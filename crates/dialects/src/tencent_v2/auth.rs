//! Who is asking: the parameters all requests share, and the signature over every parameter.

use super::faults::Refusal;
use super::params::Params;
use crate::tencent::form::parse_digits;
use crate::tencent::fresh;
use crate::tencent::signature::Signed;
use crate::{Caller, Context, Request};

/// What every request says of itself.
struct Common<'a> {
    secret_id: &'a str,
    signature: &'a str,
    timestamp_s: i64,
    nonce: &'a str,
}

/// The order of the checks is what the caller is told when several are wrong.
pub fn authenticate(request: &Request<'_>, context: &Context<'_>) -> Result<Caller, Refusal> {
    let params = Params::read(request)?;
    let common = Common::read(&params)?;
    let key = context.gate.key(common.secret_id).ok_or(Refusal::SecretIdNotFound)?;
    if !verified(request, &params, common.signature, key.secret_key.expose().as_bytes()) {
        return Err(Refusal::SignatureWrong);
    }
    // Keys here are all permanent: a token that goes with one is of other keys.
    if params.get("Token").is_some_and(|token| !token.is_empty()) {
        return Err(Refusal::TokenWrong);
    }
    check_fresh(&common, context)?;
    Ok(Caller::with_key(common.secret_id, &key))
}

impl<'a> Common<'a> {
    fn read(params: &'a Params<'a>) -> Result<Common<'a>, Refusal> {
        let need = |name: &str| match params.get(name) {
            Some(value) if !value.is_empty() => Ok(value),
            Some(_) | None => Err(Refusal::Missing(name.to_owned())),
        };
        let not_a_number = |name: &str| Refusal::Malformed {
            name: name.to_owned(),
            why: "must be a positive integer".to_owned(),
        };
        need("Action")?;
        let nonce = need("Nonce")?;
        parse_digits(nonce).ok_or_else(|| not_a_number("Nonce"))?;
        let timestamp_s = parse_digits(need("Timestamp")?)
            .and_then(|seconds| i64::try_from(seconds).ok())
            .ok_or_else(|| not_a_number("Timestamp"))?;
        let secret_id = need("SecretId")?;
        Ok(Common { secret_id, signature: need("Signature")?, timestamp_s, nonce })
    }
}

/// Whether the caller signed it with this key.
fn verified(request: &Request<'_>, params: &Params<'_>, signature: &str, key: &[u8]) -> bool {
    let method = params.get("SignatureMethod");
    Signed { pairs: params.iter().collect(), method, signature }.verified(request, key)
}

/// A request is good for a short while and once.
fn check_fresh(common: &Common<'_>, context: &Context<'_>) -> Result<(), Refusal> {
    let Common { secret_id, signature: _, timestamp_s, nonce } = *common;
    if !fresh::in_window(timestamp_s, context) {
        Err(Refusal::Expired)
    } else if fresh::first_use(secret_id, timestamp_s, nonce, context) {
        Ok(())
    } else {
        Err(Refusal::Replayed)
    }
}

#[cfg(test)]
mod tests;
