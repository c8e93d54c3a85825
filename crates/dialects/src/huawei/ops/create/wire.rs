//! The body of a create request. v1 and v1.1 differ in what `extendparam` may say.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::huawei::body::{Flag, Password, Whole};
use crate::huawei::fields::MetadataOptions;
use crate::huawei::ops::nics::AddressPair;

#[derive(Deserialize)]
pub(super) struct Body {
    pub server: Wanted,
    #[serde(default)]
    pub dry_run: Flag,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    pub name: String,
    #[serde(rename = "imageRef")]
    pub image: String,
    #[serde(rename = "flavorRef")]
    pub flavor: String,
    #[serde(rename = "vpcid")]
    pub network: String,
    pub nics: Vec<Nic>,
    pub root_volume: Volume,
    pub data_volumes: Option<Vec<Volume>>,
    pub count: Option<Whole>,
    /// Whether names may repeat; they may if nothing is said.
    #[serde(rename = "isAutoRename")]
    pub repeats: Option<Flag>,
    #[serde(rename = "adminPass")]
    pub password: Option<Password>,
    pub key_name: Option<String>,
    pub availability_zone: Option<String>,
    /// Only heeded when no zone is named.
    #[serde(default)]
    pub batch_create_in_multi_az: Flag,
    pub security_groups: Option<Vec<Group>>,
    pub publicip: Option<PublicAddress>,
    pub user_data: Option<String>,
    pub metadata: Option<BTreeMap<String, String>>,
    pub server_tags: Option<Vec<TagPair>>,
    pub tags: Option<Vec<String>>,
    pub description: Option<String>,
    #[serde(rename = "os:scheduler_hints")]
    pub scheduler_hints: Option<SchedulerHints>,
    pub auto_terminate_time: Option<String>,
    pub extendparam: Option<Extend>,
    pub cpu_options: Option<CpuOptions>,
    pub security_options: Option<SecurityOptions>,
    pub enclave_options: Option<EnclaveOptions>,
    pub metadata_options: Option<MetadataOptions>,
    pub serial_console_options: Option<SerialConsoleOptions>,
}

#[derive(Deserialize)]
pub(super) struct Nic {
    pub subnet_id: Option<String>,
    pub port_id: Option<String>,
    pub ip_address: Option<String>,
    pub allowed_address_pairs: Option<Vec<AddressPair>>,
}

#[derive(Deserialize)]
pub(super) struct Volume {
    pub volumetype: String,
    pub size: Option<Whole>,
    #[serde(default)]
    pub delete_on_termination: Flag,
    /// What is on it; the system disk has the server's own image.
    pub data_image_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Group {
    pub id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PublicAddress {
    pub id: Option<String>,
    pub eip: Option<Eip>,
}

#[derive(Deserialize)]
pub(super) struct Eip {
    pub iptype: String,
    pub bandwidth: Bandwidth,
}

#[derive(Deserialize)]
pub(super) struct Bandwidth {
    pub sharetype: String,
    pub size: Option<Whole>,
    pub id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct TagPair {
    pub key: String,
    #[serde(default)]
    pub value: String,
}

#[derive(Deserialize)]
pub(super) struct SchedulerHints {
    pub group: Option<String>,
    pub tenancy: Option<String>,
    pub dedicated_host_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Extend {
    #[serde(rename = "chargingMode")]
    pub charging: Option<Charging>,
    #[serde(rename = "periodType")]
    pub period_type: Option<String>,
    #[serde(rename = "periodNum")]
    pub period_num: Option<Whole>,
    #[serde(rename = "marketType")]
    pub market: Option<String>,
    #[serde(rename = "support_auto_recovery")]
    pub recovers: Option<Flag>,
    pub enterprise_project_id: Option<String>,
}

/// A number in v1, a word in v1.1.
#[derive(Deserialize)]
#[serde(untagged, expecting = "chargingMode must be an integer or a string")]
pub(super) enum Charging {
    Number(i64),
    Word(String),
}

#[derive(Deserialize)]
pub(super) struct CpuOptions {
    #[serde(rename = "hw:cpu_threads")]
    pub threads: Option<Whole>,
}

#[derive(Deserialize)]
pub(super) struct SecurityOptions {
    pub secure_boot_enabled: Option<Flag>,
    pub tpm_enabled: Option<Flag>,
}

#[derive(Deserialize)]
pub(super) struct EnclaveOptions {
    pub enabled: Option<Flag>,
}

#[derive(Deserialize)]
pub(in crate::huawei::ops) struct SerialConsoleOptions {
    pub enabled: Option<Flag>,
}
