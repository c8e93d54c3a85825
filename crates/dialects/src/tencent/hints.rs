//! What a client said of an instance that only this vendor's APIs show again, under one name in all
//! of them.

use regiment_core::model::{Hints, Server};

pub const BANDWIDTH: &str = "tencent_v2/bandwidth";
/// `PayByHour`, `PayByTraffic`, `PayByBandwidth` or `PayByPackage`.
pub const BANDWIDTH_TYPE: &str = "tencent_v2/bandwidthType";
pub const PROJECT: &str = "tencent_v2/projectId";
/// Of load balancers.
pub const BALANCER_PROJECT: &str = "tencent_v3/ProjectId";
pub const BALANCER_ZONE: &str = "tencent_v3/MasterZoneId";
pub const VPC: &str = "tencent_v2/vpcId";
pub const SUBNET: &str = "tencent_v2/subnetId";
pub const IS_GATEWAY: &str = "tencent_v2/isVpcGateway";
/// What is remembered under a name.
pub fn said<'h>(hints: &'h Hints, name: &str) -> Option<&'h str> {
    hints.get(name).map(|value| &**value)
}

/// 0 when nothing, or no number, was said.
pub fn number_in(hints: &Hints, name: &str) -> u32 {
    said(hints, name).and_then(|value| value.parse().ok()).unwrap_or(0)
}

pub fn hint<'s>(server: &'s Server, name: &str) -> Option<&'s str> {
    said(&server.details.hints, name)
}

/// 0 when nothing, or no number, was said.
pub fn number(server: &Server, name: &str) -> u32 {
    number_in(&server.details.hints, name)
}
