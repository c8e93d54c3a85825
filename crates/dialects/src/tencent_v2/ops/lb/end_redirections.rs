use regiment_core::ops::{EndRedirections, Operation};

use super::redirect;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;

/// `DeleteRewrite`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    redirect::order(call, "delRewriteInfo", |ways| {
        Operation::EndRedirections(EndRedirections { ways })
    })
}
