//! Which actions are served, of which service each is, and who answers it. Which there are at all is
//! in the definitions.

use std::sync::Arc;

use super::auth;
use super::call::Call;
use super::codes;
use super::definitions;
use super::faults::Refusal;
use super::input::{Carrier, Input};
use super::language::Language;
use super::ops::clb::{
    backends, balancer_prices, balancer_quotas, balancers, batch_deregister_members,
    batch_register_members, batch_weigh_members, change_domain, change_listener,
    change_load_balancer, change_project, change_rule, classic_balancers, classic_health,
    classic_listeners, clone_load_balancer, create_listeners, create_load_balancers, create_rules,
    delete_listeners, delete_load_balancers, delete_rules, deregister_backends, deregister_members,
    details, end_redirections, fronts, jobs, listeners, member_health, members, move_members,
    redirect, redirect_to_https, redirections, register_backends, register_members,
    security_groups, task_status, weigh_members,
};
use super::ops::{
    bandwidth, bind_key_pair, change_charging, change_network, change_security_group, console,
    copy_images, create, delete, delete_images, describe, describe_image, describe_key_pair,
    extend_volumes, image_quota, image_shares, images, internet_charge_types, key_pairs,
    make_image, modifications, offers, prices, quotas, reboot, regions, reinstall, reset_password,
    resize, servers, shapes, share_image, start, states, stop, zones,
};
use super::places;
use super::reply::Reply;
use crate::tencent::{form, host};
use crate::{Action, Caller, Context, Request};

type Answerer = fn(&Call<'_>) -> Result<Action, Refusal>;

/// One action that is served.
pub struct Served {
    pub service: &'static str,
    pub name: &'static str,
    /// Whether it must be told a region.
    regional: bool,
    answerer: Answerer,
}

const fn cvm(name: &'static str, answerer: Answerer) -> Served {
    Served { service: "cvm", name, regional: true, answerer }
}

const fn clb(name: &'static str, answerer: Answerer) -> Served {
    Served { service: codes::BALANCERS, name, regional: true, answerer }
}

pub static SERVED: &[Served] = &[
    clb("AutoRewrite", redirect_to_https::decode),
    clb("BatchDeregisterTargets", batch_deregister_members::decode),
    clb("BatchModifyTargetWeight", batch_weigh_members::decode),
    clb("BatchRegisterTargets", batch_register_members::decode),
    clb("CloneLoadBalancer", clone_load_balancer::decode),
    clb("CreateListener", create_listeners::decode),
    clb("CreateLoadBalancer", create_load_balancers::decode),
    clb("CreateRule", create_rules::decode),
    clb("DeleteListener", delete_listeners::decode),
    clb("DeleteLoadBalancer", delete_load_balancers::decode),
    clb("DeleteLoadBalancerListeners", delete_listeners::decode_many),
    clb("DeleteRewrite", end_redirections::decode),
    clb("DeleteRule", delete_rules::decode),
    clb("DeregisterTargets", deregister_members::decode),
    clb("DeregisterTargetsFromClassicalLB", deregister_backends::decode),
    clb("DescribeAsyncJobs", jobs::decode),
    clb("DescribeClassicalLBByInstanceId", classic_balancers::decode),
    clb("DescribeClassicalLBHealthStatus", classic_health::decode),
    clb("DescribeClassicalLBListeners", classic_listeners::decode),
    clb("DescribeClassicalLBTargets", backends::decode),
    clb("DescribeLBListeners", fronts::decode),
    clb("DescribeListeners", listeners::decode),
    clb("DescribeLoadBalancers", balancers::decode),
    clb("DescribeLoadBalancersDetail", details::decode),
    clb("DescribeQuota", balancer_quotas::decode),
    clb("DescribeRewrite", redirections::decode),
    clb("DescribeTargetHealth", member_health::decode),
    clb("DescribeTargets", members::decode),
    clb("DescribeTaskStatus", task_status::decode),
    clb("InquiryPriceCreateLoadBalancer", balancer_prices::decode),
    clb("ManualRewrite", redirect::decode),
    clb("ModifyDomain", change_domain::rename),
    clb("ModifyDomainAttributes", change_domain::decode),
    clb("ModifyListener", change_listener::decode),
    clb("ModifyLoadBalancerAttributes", change_load_balancer::decode),
    clb("ModifyLoadBalancersProject", change_project::decode),
    clb("ModifyRule", change_rule::decode),
    clb("ModifyTargetPort", move_members::decode),
    clb("ModifyTargetWeight", weigh_members::decode),
    clb("RegisterTargets", register_members::decode),
    clb("RegisterTargetsWithClassicalLB", register_backends::decode),
    clb("SetLoadBalancerSecurityGroups", security_groups::decode),
    clb("SetSecurityGroupForLoadbalancers", security_groups::decode_many),
    cvm("AssociateInstancesKeyPairs", bind_key_pair::bind),
    cvm("AssociateSecurityGroups", change_security_group::join),
    cvm("CreateImage", make_image::decode),
    cvm("CreateKeyPair", key_pairs::create),
    cvm("DeleteImages", delete_images::decode),
    cvm("DeleteKeyPairs", key_pairs::delete),
    cvm("DescribeAccountQuota", quotas::account),
    cvm("DescribeImageQuota", image_quota::decode),
    cvm("DescribeImageSharePermission", image_shares::decode),
    cvm("DescribeImages", images::decode),
    cvm("DescribeInstanceFamilyConfigs", shapes::families),
    cvm("DescribeInstanceTypeConfigs", shapes::decode),
    cvm("DescribeInstanceVncUrl", console::decode),
    cvm("DescribeInstances", servers::decode),
    cvm("DescribeInstancesModification", modifications::decode),
    cvm("DescribeInstancesOperationLimit", quotas::operations),
    cvm("DescribeInstancesStatus", states::decode),
    cvm("DescribeInternetChargeTypeConfigs", internet_charge_types::decode),
    cvm("DescribeKeyPairs", key_pairs::list),
    Served { regional: false, ..cvm("DescribeRegions", regions::decode) },
    cvm("DescribeZoneInstanceConfigInfos", offers::decode),
    cvm("DescribeZones", zones::decode),
    cvm("DisassociateInstancesKeyPairs", bind_key_pair::unbind),
    cvm("DisassociateSecurityGroups", change_security_group::leave),
    cvm("ImportKeyPair", key_pairs::import),
    cvm("InquiryPriceModifyInstancesChargeType", prices::change_charging),
    cvm("InquiryPriceRenewInstances", prices::renew),
    cvm("InquiryPriceResetInstance", prices::reinstall),
    cvm("InquiryPriceResetInstancesInternetMaxBandwidth", prices::reset_bandwidth),
    cvm("InquiryPriceResetInstancesType", prices::resize),
    cvm("InquiryPriceResizeInstanceDisks", prices::extend_volumes),
    cvm("InquiryPriceRunInstances", prices::run),
    cvm("InquiryPriceTerminateInstances", prices::terminate),
    cvm("ModifyImageAttribute", describe_image::decode),
    cvm("ModifyImageSharePermission", share_image::decode),
    cvm("ModifyInstancesAttribute", describe::decode),
    cvm("ModifyInstancesChargeType", change_charging::change),
    cvm("ModifyInstancesProject", describe::project),
    cvm("ModifyInstancesRenewFlag", change_charging::flag),
    cvm("ModifyInstancesVpcAttribute", change_network::decode),
    cvm("ModifyKeyPairAttribute", describe_key_pair::decode),
    cvm("RebootInstances", reboot::decode),
    cvm("RenewInstances", change_charging::renew),
    cvm("ResetInstance", reinstall::decode),
    cvm("ResetInstancesInternetMaxBandwidth", bandwidth::decode),
    cvm("ResetInstancesPassword", reset_password::decode),
    cvm("ResetInstancesType", resize::decode),
    cvm("ResizeInstanceDisks", extend_volumes::decode),
    cvm("RunInstances", create::decode),
    cvm("StartInstances", start::decode),
    cvm("StopInstances", stop::decode),
    cvm("SyncImages", copy_images::decode),
    cvm("TerminateInstances", delete::decode),
];

/// What a request says of itself beside its members, wherever it stands.
pub struct Common {
    action: Option<String>,
    version: Option<String>,
    region: Option<String>,
    pub language: Language,
    carrier: Carrier,
}

impl Common {
    /// The action, the version and the region.
    #[cfg(test)]
    pub fn says(&self) -> [Option<&str>; 3] {
        [&self.action, &self.version, &self.region].map(Option::as_deref)
    }

    /// The action that is named; empty if there is none.
    pub fn action(&self) -> &str {
        self.action.as_deref().unwrap_or_default()
    }

    pub fn names_an_action(&self) -> bool {
        self.action.as_deref().is_some_and(|action| !action.is_empty())
    }

    /// Never fails: what cannot be read was not said.
    pub fn read(request: &Request<'_>) -> Common {
        let by_header = request.header("x-tc-action").is_some()
            || request
                .header("authorization")
                .is_some_and(|header| header.starts_with(auth::ALGORITHM));
        let said = |name: &str| request.header(name).map(str::to_owned);
        if by_header {
            let json = request.method == "POST"
                && !request
                    .header("content-type")
                    .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
            return Common {
                action: said("x-tc-action"),
                version: said("x-tc-version"),
                region: said("x-tc-region"),
                language: Language::of(request, None),
                carrier: if json { Carrier::Json } else { Carrier::Form },
            };
        }
        let text = match request.method {
            "POST" => std::str::from_utf8(request.body).unwrap_or_default(),
            _ => request.query,
        };
        let pairs = form::read(text).unwrap_or_default();
        let said = |name: &str| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string())
        };
        Common {
            action: said("Action"),
            version: said("Version"),
            region: said("Region"),
            language: Language::of(request, said("Language").as_deref()),
            carrier: Carrier::Form,
        }
    }
}

impl Common {
    /// The service of the action, as far as it is one that is served.
    pub fn service(&self) -> &'static str {
        let named = self.action.as_deref();
        let version = self.version.as_deref().and_then(definitions::service_of);
        let served = SERVED.iter().find(|served| {
            Some(served.name) == named
                && version.as_ref().is_some_and(|(name, _)| *name == served.service)
        });
        served.map_or("", |served| served.service)
    }
}

/// What is asked. The signature has been verified.
pub fn decode(
    request: &Request<'_>,
    context: &Context<'_>,
    caller: Option<&Caller>,
    common: &Common,
    reply: Reply,
) -> Result<Action, Refusal> {
    if !matches!(request.method, "GET" | "POST") {
        return Err(Refusal::method());
    }
    let caller = caller.ok_or_else(Refusal::secret_id_not_found)?;
    let need = |said: &Option<String>, name: &str| {
        said.clone().filter(|said| !said.is_empty()).ok_or_else(|| Refusal::missing(name))
    };
    let name = need(&common.action, "Action")?;
    let version = need(&common.version, "Version")?;
    let (service_name, service) =
        definitions::service_of(&version).ok_or_else(Refusal::version_unknown)?;
    let named = host::without_port(host::bare(request.header("host").unwrap_or_default()));
    if is_of_another(named, service_name) {
        return Err(Refusal::action_unknown());
    }
    let [shape, _] = service.actions.get(&name).ok_or_else(Refusal::action_unknown)?;
    let served = SERVED
        .iter()
        .find(|served| served.service == service_name && served.name == name)
        .ok_or_else(|| Refusal::action_not_served(&name))?;
    let region: Arc<str> = match &common.region {
        Some(region) if !region.is_empty() => places::region(region).into(),
        Some(_) | None if served.regional => return Err(Refusal::missing("Region")),
        Some(_) | None => "".into(),
    };
    let input = Input::read(request, common.carrier, service, shape)?;
    let reply = Reply { service: served.service, ..reply };
    Ok((served.answerer)(&Call { input: &input, context, caller, request, region: &region, reply })
        .unwrap_or_else(|refusal| Action::Answer(reply.refuse(&refusal))))
}

/// Whether a host is the vendor's, and of another service than the version's.
fn is_of_another(host: &str, service: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(".tencentcloudapi.com")
        .is_some_and(|name| name.split('.').next() != Some(service))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_served_action_is_the_vendors() {
        for served in SERVED {
            let service = definitions::service(served.service).expect("a service");
            assert!(service.actions.contains_key(served.name), "{}", served.name);
        }
        assert!(SERVED.is_sorted_by_key(|served| (served.service, served.name)));
    }

    #[test]
    fn a_vendors_host_serves_its_own_service_alone() {
        assert!(!is_of_another("cvm.tencentcloudapi.com", "cvm"));
        assert!(!is_of_another("CVM.ap-guangzhou.tencentcloudapi.com", "cvm"));
        assert!(is_of_another("clb.tencentcloudapi.com", "cvm"));
        assert!(!is_of_another("127.0.0.1", "cvm"));
    }
}
