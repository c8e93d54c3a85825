//! `ManualRewrite`, and what it shares with its end.

use regiment_core::model::{ForwardingRule, Listener, LoadBalancer};
use regiment_core::ops::{Operation, Redirect, Way};
use serde::Deserialize;

use super::redirect_to_https::{CODE, code};
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::clb;
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Wanted {
    pub load_balancer_id: String,
    source_listener_id: String,
    target_listener_id: String,
    rewrite_infos: Vec<WantedWay>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedWay {
    source_location_id: String,
    target_location_id: String,
    rewrite_code: Option<i64>,
    take_url: Option<bool>,
    source_domain: Option<String>,
}

pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    wanted.check()?;
    for way in &wanted.rewrite_infos {
        way.check()?;
    }
    Ok(call.consult(move |view, issuer| {
        let balancer = clb::find_routing(view, issuer.project, &wanted.load_balancer_id)?;
        let ways = wanted.ways(balancer)?;
        let operation = Operation::Redirect(Redirect { ways });
        Ok(issuer.order(clb::command(issuer, balancer, operation)))
    }))
}

impl Wanted {
    pub fn check(&self) -> Result<(), Refusal> {
        if self.rewrite_infos.is_empty() {
            return Err(Refusal::missing("RewriteInfos"));
        }
        Ok(())
    }

    pub fn ways(&self, balancer: &LoadBalancer) -> Result<Vec<Way>, Refusal> {
        let source = clb::listener(balancer, &self.source_listener_id)?;
        let target = clb::listener(balancer, &self.target_listener_id)?;
        self.rewrite_infos.iter().map(|way| way.read(source, target)).collect()
    }
}

impl WantedWay {
    /// A code is said together with the rest.
    fn check(&self) -> Result<(), Refusal> {
        if self.rewrite_code.is_none() {
            return Ok(());
        }
        if self.take_url.is_none() {
            return Err(Refusal::missing("RewriteInfos.TakeUrl"));
        }
        if self.source_domain.is_none() {
            return Err(Refusal::missing("RewriteInfos.SourceDomain"));
        }
        Ok(())
    }

    fn read(&self, source: &Listener, target: &Listener) -> Result<Way, Refusal> {
        let from: &ForwardingRule = clb::rule(source, &self.source_location_id)?;
        let to = clb::rule(target, &self.target_location_id)?;
        if let Some(domain) = self.source_domain.as_ref().filter(|said| ***said != *from.domain) {
            return Err(Refusal::bad("InvalidParameter", "RewriteInfos.SourceDomain", domain));
        }
        let said = self.rewrite_code;
        let code = said.map_or(Ok(CODE), |said| code("RewriteInfos.RewriteCode", said))?;
        Ok(Way { from: from.id, to: to.id, code, keeps_path: self.take_url.unwrap_or(true) })
    }
}
