use regiment_core::ops::{EndRedirections, Operation};

use super::redirect::Wanted;
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

/// `DeleteRewrite`: the rules stay.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    wanted.check()?;
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_routing(view, issuer.project, &wanted.load_balancer_id)?;
        let ways = wanted.ways(balancer)?.iter().map(|way| (way.from, way.to)).collect();
        let operation = Operation::EndRedirections(EndRedirections { ways });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}
