//! Which actions there are, of which module each is, and who answers it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::call::Call;
use super::faults::Refusal;
use super::ops::lb::{
    application_backends, application_listeners, backends, balancer_prices, balancers,
    certificates, change_domain, change_listener, change_load_balancer, change_rule,
    clone_load_balancer, create_listeners, create_load_balancers, create_rules, delete_listeners,
    delete_load_balancers, delete_rules, deregister_backends, deregister_members, end_redirections,
    listeners, member_health, move_members, redirect, redirect_to_https, redirections,
    register_backends, register_members, replace_certificate, weigh_backends, weigh_members,
};
use super::ops::vpc::{
    classic_links, domains, lines, nat_gateways, networks, peerings, sites, translations, tunnels,
    vpn_gateways,
};
use super::ops::{
    add_nics, attach_volume, bandwidth, bind_key_pair, bind_public_address, change_charging,
    change_network, copy_images, create, create_disks, create_interface, create_public_addresses,
    delete, delete_images, delete_interface, delete_nics, delete_public_addresses, describe,
    describe_image, describe_key_pair, describe_public_address, detach_volume, disks, extend_disks,
    further_addresses, image_shares, images, interfaces, keep_public_address, key_pairs,
    make_image, move_nic, prices, public_addresses, reboot, reinstall, rename, renew_disk,
    reset_password, resize, servers, share_image, start, stop, task_results, unbind_public_address,
    zones,
};
use super::params::Params;
use crate::tencent::host;
use crate::{Action, Caller, Context, Request, tencent_v3};

type Answerer = fn(&Call<'_>) -> Result<Action, Refusal>;

/// The module that serves an action, as in `<module>.api.qcloud.com`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Module {
    Cvm,
    Lb,
    Cbs,
    Eip,
    Vpc,
    Image,
    /// Of images; the vendor's samples ask for it at the instances' domain.
    ImageOrCvm,
    Trade,
    /// Ours, the same under every module.
    Any,
}

static ACTIONS: &[(&str, Module, Answerer)] = &[
    // Batch tasks.
    ("StartInstances", Module::Cvm, start::decode),
    ("StopInstances", Module::Cvm, stop::decode),
    ("RestartInstances", Module::Cvm, reboot::decode),
    ("ResetInstancePassword", Module::Cvm, reset_password::decode),
    ("AttachCbsStorages", Module::Cbs, attach_volume::decode),
    ("DetachCbsStorages", Module::Cbs, detach_volume::decode),
    ("DeleteImages", Module::ImageOrCvm, delete_images::decode),
    // Ordinary tasks.
    ("CreateImage", Module::Image, make_image::decode),
    ("ResetInstances", Module::Cvm, reinstall::decode),
    ("CreateNetworkInterface", Module::Vpc, create_interface::decode),
    ("DeleteNetworkInterface", Module::Vpc, delete_interface::decode),
    ("AttachNetworkInterface", Module::Vpc, add_nics::decode),
    ("DetachNetworkInterface", Module::Vpc, delete_nics::decode),
    ("MigrateNetworkInterface", Module::Vpc, move_nic::decode),
    ("AssignPrivateIpAddresses", Module::Vpc, further_addresses::assign),
    ("UnassignPrivateIpAddresses", Module::Vpc, further_addresses::unassign),
    ("MigratePrivateIpAddress", Module::Vpc, further_addresses::migrate),
    ("DescribeVpcTaskResult", Module::Vpc, task_results::decode_vpc),
    ("DescribeNetTaskResult", Module::Vpc, task_results::decode_net),
    ("DescribeTaskResult", Module::Any, task_results::decode_any),
    // The others.
    ("CreateCbsStorages", Module::Cbs, create_disks::decode),
    ("RenewCbsStorage", Module::Cbs, renew_disk::decode),
    ("ResizeCbsStorage", Module::Cbs, extend_disks::decode),
    ("DescribeCbsStorages", Module::Cbs, disks::decode),
    ("CreateEip", Module::Eip, create_public_addresses::decode),
    ("DeleteEip", Module::Eip, delete_public_addresses::decode),
    ("DescribeEip", Module::Eip, public_addresses::decode),
    ("EipBindInstance", Module::Eip, bind_public_address::decode),
    ("EipUnBindInstance", Module::Eip, unbind_public_address::decode),
    ("TransformWanIpToEip", Module::Eip, keep_public_address::decode),
    ("ModifyEipAttributes", Module::Eip, describe_public_address::decode),
    ("ModifyEipAlias", Module::Eip, describe_public_address::decode),
    ("DescribeNetworkInterfaces", Module::Vpc, interfaces::decode),
    ("DescribeImages", Module::Image, images::decode),
    ("ModifyImageAttributes", Module::ImageOrCvm, describe_image::decode),
    ("ShareImage", Module::Image, share_image::share),
    ("CancelShareImage", Module::Image, share_image::cancel),
    ("GetImageShareUinInfo", Module::Image, image_shares::decode),
    ("SyncCvmImage", Module::Image, copy_images::decode),
    ("CreateKeyPair", Module::Cvm, key_pairs::create),
    ("ImportKeyPair", Module::Cvm, key_pairs::import),
    ("DescribeKeyPairs", Module::Cvm, key_pairs::list),
    ("ModifyKeyPair", Module::Cvm, describe_key_pair::decode),
    ("DeleteKeyPair", Module::Cvm, key_pairs::delete),
    ("BindInstanceKey", Module::Cvm, bind_key_pair::bind),
    ("UnBindInstanceKey", Module::Cvm, bind_key_pair::unbind),
    ("DescribeInstances", Module::Cvm, servers::decode),
    ("DescribeAvailabilityZones", Module::Cvm, zones::list_all),
    ("DescribeZoneAbility", Module::Cvm, zones::abilities),
    ("InquiryInstancePrice", Module::Cvm, prices::decode_prepaid),
    ("InquiryInstancePriceHour", Module::Cvm, prices::decode_hour),
    ("RunInstances", Module::Cvm, create::decode_prepaid),
    ("RunInstancesHour", Module::Cvm, create::decode_hour),
    ("RenewInstance", Module::Cvm, change_charging::renew),
    ("SetAutoRenew", Module::Trade, change_charging::set_auto_renew),
    ("ModifyInstanceProject", Module::Cvm, describe::decode),
    ("UpdateInstanceBandwidth", Module::Cvm, bandwidth::decode_prepaid),
    ("UpdateInstanceBandwidthHour", Module::Cvm, bandwidth::decode_hour),
    ("UpdateInstanceVpcConfig", Module::Cvm, change_network::decode),
    ("ReturnInstance", Module::Cvm, delete::decode),
    ("ModifyInstanceAttributes", Module::Cvm, rename::decode),
    ("ResizeInstance", Module::Cvm, resize::decode_prepaid),
    ("ResizeInstanceHour", Module::Cvm, resize::decode_hour),
    // Ways out of networks, and what they lead to.
    ("DescribeVpcEx", Module::Vpc, networks::list),
    ("CreateNatGateway", Module::Vpc, nat_gateways::create),
    ("QueryNatGatewayProductionStatus", Module::Vpc, nat_gateways::production),
    ("DescribeNatGateway", Module::Vpc, nat_gateways::list),
    ("EipBindNatGateway", Module::Vpc, nat_gateways::bind),
    ("EipUnBindNatGateway", Module::Vpc, nat_gateways::unbind),
    ("DeleteNatGateway", Module::Vpc, nat_gateways::delete),
    ("RunVpnGw", Module::Vpc, vpn_gateways::create),
    ("DescribeVpnGw", Module::Vpc, vpn_gateways::list),
    ("AddUserGw", Module::Vpc, sites::create),
    ("DescribeUserGw", Module::Vpc, sites::list),
    ("DeleteUserGw", Module::Vpc, sites::delete),
    ("AddVpnConnEx", Module::Vpc, tunnels::create),
    ("ModifyVpnConnEx", Module::Vpc, tunnels::change),
    ("DescribeVpnConn", Module::Vpc, tunnels::list),
    ("DeleteVpnConn", Module::Vpc, tunnels::delete),
    ("SetSSLVpnDomain", Module::Vpc, domains::set),
    ("DescribeSSLVpnDomain", Module::Vpc, domains::list),
    ("CreateDirectConnectGateway", Module::Vpc, lines::create),
    ("ModifyDirectConnectGateway", Module::Vpc, lines::rename),
    ("DescribeDirectConnectGateway", Module::Vpc, lines::list),
    ("DeleteDirectConnectGateway", Module::Vpc, lines::delete),
    ("CreateLocalIPTranslationNatRule", Module::Vpc, translations::add_single),
    ("ModifyLocalIPTranslationNatRule", Module::Vpc, translations::change_single),
    ("DeleteLocalIPTranslationNatRule", Module::Vpc, translations::remove_single),
    ("DescribeLocalIPTranslationNatRule", Module::Vpc, translations::list_single),
    ("CreateLocalSourceIPPortTranslationNatRule", Module::Vpc, translations::add_pools),
    ("ModifyLocalSourceIPPortTranslationNatRule", Module::Vpc, translations::change_pool),
    ("DeleteLocalSourceIPPortTranslationNatRule", Module::Vpc, translations::remove_pools),
    ("DescribeLocalSourceIPPortTranslationNatRule", Module::Vpc, translations::list_pools),
    ("CreateVpcPeeringConnection", Module::Vpc, peerings::create),
    ("CreateVpcPeeringConnectionEx", Module::Vpc, peerings::create_between_regions),
    ("AcceptVpcPeeringConnection", Module::Vpc, peerings::accept),
    ("AcceptVpcPeeringConnectionEx", Module::Vpc, peerings::accept),
    ("RejectVpcPeeringConnection", Module::Vpc, peerings::reject),
    ("RejectVpcPeeringConnectionEx", Module::Vpc, peerings::reject),
    ("EnableVpcPeeringConnection", Module::Vpc, peerings::enable),
    ("EnableVpcPeeringConnectionEx", Module::Vpc, peerings::enable),
    ("ModifyVpcPeeringConnection", Module::Vpc, peerings::rename),
    ("ModifyVpcPeeringConnectionEx", Module::Vpc, peerings::rename),
    ("DeleteVpcPeeringConnection", Module::Vpc, peerings::delete),
    ("DeleteVpcPeeringConnectionEx", Module::Vpc, peerings::delete),
    ("DescribeVpcPeeringConnections", Module::Vpc, peerings::list),
    ("AttachClassicLinkVpc", Module::Vpc, classic_links::attach),
    ("DetachClassicLinkVpc", Module::Vpc, classic_links::detach),
    ("DescribeVpcClassicLink", Module::Vpc, classic_links::list),
    // Load balancers of both kinds.
    ("CreateLoadBalancer", Module::Lb, create_load_balancers::decode),
    ("DeleteLoadBalancers", Module::Lb, delete_load_balancers::decode),
    ("DescribeLoadBalancers", Module::Lb, balancers::decode),
    ("DescribeLoadBalancersTaskResult", Module::Lb, task_results::decode_lb),
    ("InquiryLBPrice", Module::Lb, balancer_prices::decode_one),
    ("InquiryLBPriceAll", Module::Lb, balancer_prices::decode_all),
    ("ReplaceCert", Module::Lb, replace_certificate::decode),
    ("GetCertListWithLoadBalancer", Module::Lb, certificates::decode),
    // Classic ones.
    ("ModifyLoadBalancerAttributes", Module::Lb, change_load_balancer::decode_classic),
    ("CreateLoadBalancerListeners", Module::Lb, create_listeners::decode_classic),
    ("ModifyLoadBalancerListener", Module::Lb, change_listener::decode_classic),
    ("DeleteLoadBalancerListeners", Module::Lb, delete_listeners::decode_classic),
    ("DescribeLoadBalancerListeners", Module::Lb, listeners::decode),
    ("RegisterInstancesWithLoadBalancer", Module::Lb, register_backends::decode),
    ("ModifyLoadBalancerBackends", Module::Lb, weigh_backends::decode),
    ("DeregisterInstancesFromLoadBalancer", Module::Lb, deregister_backends::decode),
    ("DescribeLoadBalancerBackends", Module::Lb, backends::decode),
    ("DescribeLBHealthStatus", Module::Lb, member_health::decode_classic),
    // Application ones.
    ("ModifyForwardLBName", Module::Lb, change_load_balancer::decode_application),
    ("CreateForwardLBFourthLayerListeners", Module::Lb, create_listeners::decode_fourth),
    ("ModifyForwardLBFourthListener", Module::Lb, change_listener::decode_fourth),
    ("DeleteForwardLBListener", Module::Lb, delete_listeners::decode_application),
    ("DescribeForwardLBListeners", Module::Lb, application_listeners::decode),
    ("RegisterInstancesWithForwardLBFourthListener", Module::Lb, register_members::decode_fourth),
    ("ModifyForwardFourthBackendsWeight", Module::Lb, weigh_members::decode_fourth),
    (
        "DeregisterInstancesFromForwardLBFourthListener",
        Module::Lb,
        deregister_members::decode_fourth,
    ),
    ("DescribeForwardLBBackends", Module::Lb, application_backends::decode),
    ("DescribeForwardLBHealthStatus", Module::Lb, member_health::decode_application),
    ("CreateForwardLBSeventhLayerListeners", Module::Lb, create_listeners::decode_seventh),
    ("ModifyForwardLBSeventhListener", Module::Lb, change_listener::decode_seventh),
    ("CreateForwardLBListenerRules", Module::Lb, create_rules::decode),
    ("ModifyLoadBalancerRulesProbe", Module::Lb, change_rule::decode),
    ("ModifyForwardLBRulesDomain", Module::Lb, change_domain::decode),
    ("DeleteForwardLBListenerRules", Module::Lb, delete_rules::decode),
    ("RegisterInstancesWithForwardLBSeventhListener", Module::Lb, register_members::decode_seventh),
    ("ModifyForwardSeventhBackends", Module::Lb, weigh_members::decode_seventh),
    ("ModifyForwardFourthBackendsPort", Module::Lb, move_members::decode_fourth),
    ("ModifyForwardSeventhBackendsPort", Module::Lb, move_members::decode_seventh),
    ("DeregisterInstancesFromForwardLB", Module::Lb, deregister_members::decode_seventh),
    ("AutoRewrite", Module::Lb, redirect_to_https::decode),
    ("ManualRewrite", Module::Lb, redirect::decode),
    ("DeleteRewrite", Module::Lb, end_redirections::decode),
    ("DescribeRewrite", Module::Lb, redirections::decode),
    ("CloneLB", Module::Lb, clone_load_balancer::decode),
];

/// The action that is named where parameters are read, however broken the others may be.
pub fn named<'a>(request: &Request<'a>) -> Cow<'a, str> {
    let text = match request.method {
        "POST" => std::str::from_utf8(request.body).unwrap_or_default(),
        _ => request.query,
    };
    let named = text.trim().split('&').find_map(|pair| pair.strip_prefix("Action="));
    percent_decode_str(named.unwrap_or_default()).decode_utf8_lossy()
}

/// Actions the vendor has and we do not, so that their absence is told from a slip of the pen.
static NOT_SUPPORTED: &[&str] = &[
    // lb
    "GetMonitorData",
    "ModifyLBHealth",
    // Bare metal and databases: no servers of ours, see docs/decisions/0007.
    "ClearRedis",
    "CreateBmLoadBalancer",
    "DeleteBmLoadBalancers",
    "DescribeBmLoadBalancersTaskResult",
    "DescribeDeviceOperationLog",
    "DescribeTaskInfo",
    "EipBmApply",
    "EipBmBindRs",
    "EipBmBindVpcIp",
    "EipBmDelete",
    "EipBmQueryTask",
    "EipBmUnBindVpcIp",
    "EipBmUnbindRs",
    "GetMongoDBJobInfo",
    "GetRedisTaskList",
    "QueryBmTaskResult",
    "RebootDevice",
    "ReloadDeviceOs",
    "ResetDevicePasswd",
    "ShutdownDevice",
    "StartDevice",
    "UpgradeRedis",
];

/// What is asked. The signature has been verified.
pub fn decode(
    request: &Request<'_>,
    context: &Context<'_>,
    caller: Option<&Caller>,
) -> Result<Action, Refusal> {
    let caller = caller.ok_or(Refusal::SecretIdNotFound)?;
    let params = Params::read(request)?;
    let named = params.get("Action").unwrap_or_default();
    if params.get("Version").is_some_and(|version| !version.is_empty()) {
        return Ok(tencent_v3::decode_on_older_path(request, context, Some(caller)));
    }
    let name = capitalized(named);
    let Some((_, module, answerer)) = ACTIONS.iter().find(|(known, _, _)| *known == name) else {
        return Err(if NOT_SUPPORTED.contains(&&*name) {
            Refusal::ActionNotSupported(name)
        } else {
            Refusal::ActionUnknown(name)
        });
    };
    if !Domain::read(request.header("host").unwrap_or_default()).serves(*module) {
        return Err(Refusal::ActionElsewhere(name));
    }
    answerer(&Call { params: &params, context, caller })
}

/// Clients capitalize the first letter before they send it; so do we, for those that do not.
fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + chars.as_str(),
        None => String::new(),
    }
}

/// What a host says of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Domain {
    /// It is none of the vendor's domains, and serves every module.
    Ours,
    Of(Module),
    /// The vendor's, of a module we have nothing of.
    OfAnother,
}

impl Domain {
    fn read(host: &str) -> Domain {
        let name = host::without_port(host::bare(host)).to_ascii_lowercase();
        match name.strip_suffix(".api.qcloud.com") {
            None => Domain::Ours,
            Some("cvm") => Domain::Of(Module::Cvm),
            Some("lb") => Domain::Of(Module::Lb),
            Some("cbs") => Domain::Of(Module::Cbs),
            Some("eip") => Domain::Of(Module::Eip),
            Some("vpc") => Domain::Of(Module::Vpc),
            Some("image") => Domain::Of(Module::Image),
            Some("trade") => Domain::Of(Module::Trade),
            Some(_) => Domain::OfAnother,
        }
    }

    fn serves(self, module: Module) -> bool {
        match self {
            Domain::Ours => true,
            Domain::Of(own) => match module {
                Module::Any => true,
                Module::ImageOrCvm => matches!(own, Module::Image | Module::Cvm),
                // The vendor's own sample of what trade serves asks the module of instances.
                Module::Trade => matches!(own, Module::Trade | Module::Cvm),
                Module::Cvm
                | Module::Lb
                | Module::Cbs
                | Module::Image
                | Module::Eip
                | Module::Vpc => module == own,
            },
            Domain::OfAnother => module == Module::Any,
        }
    }
}

/// Any action there is, by any number.
#[cfg(test)]
pub fn name_at(number: usize) -> &'static str {
    ACTIONS[number % ACTIONS.len()].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_action_is_listed_twice() {
        let mut names: Vec<&str> =
            ACTIONS.iter().map(|(name, _, _)| *name).chain(NOT_SUPPORTED.iter().copied()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_host_says_its_module_if_it_is_the_vendors() {
        assert_eq!(Domain::read("cvm.api.qcloud.com"), Domain::Of(Module::Cvm));
        assert_eq!(Domain::read("LB.api.qcloud.com:443"), Domain::Of(Module::Lb));
        assert_eq!(Domain::read("redis.api.qcloud.com"), Domain::OfAnother);
        for ours in ["127.0.0.1:7373", "http://127.0.0.1:7373", "[::1]:7373", "localhost", ""] {
            assert_eq!(Domain::read(ours), Domain::Ours, "{ours}");
        }
    }
}
