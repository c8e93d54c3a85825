use serde::Serialize;

use crate::Action;
use crate::tencent::charging::Network;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::charges::{NETWORKS, network_word};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::language::Language;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    internet_charge_type_config_set: Vec<Config>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    internet_charge_type: &'static str,
    description: &'static str,
}

/// `DescribeInternetChargeTypeConfigs`.
#[expect(clippy::unnecessary_wraps, reason = "every action has this signature")]
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let config = |network: Network| Config {
        internet_charge_type: network_word(network),
        description: described(network, call.reply.language),
    };
    let internet_charge_type_config_set = NETWORKS.into_iter().map(config).collect();
    Ok(Action::Answer(call.reply.success(List { internet_charge_type_config_set })))
}

const fn described(network: Network, language: Language) -> &'static str {
    match (network, language) {
        (Network::Monthly, Language::English) => "Bandwidth, by the month in advance",
        (Network::Monthly, Language::Chinese) => "按带宽包月预付费",
        (Network::Traffic, Language::English) => "Traffic, by what is sent",
        (Network::Traffic, Language::Chinese) => "按流量后付费",
        (Network::Hourly, Language::English) => "Bandwidth, by the hour",
        (Network::Hourly, Language::Chinese) => "按带宽小时后付费",
        (Network::Package, Language::English) => "Bandwidth, by a package",
        (Network::Package, Language::Chinese) => "带宽包",
    }
}
