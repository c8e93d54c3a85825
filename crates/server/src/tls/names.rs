//! The names a certificate of ours stands for: this machine, and the hosts that the vendors'
//! clients insist on. A wildcard stands for one label only, so regions are named one by one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Hosts directly under these domains.
const DOMAINS: &[&str] =
    &["myhuaweicloud.com", "myhuaweicloud.eu", "api.qcloud.com", "tencentcloudapi.com"];

/// Regions whose hosts are under `<region>.<domain>`.
const REGIONS: &[(&str, &[&str])] = &[
    (
        "myhuaweicloud.com",
        &[
            "cn-north-1",
            "cn-north-2",
            "cn-north-4",
            "cn-north-9",
            "cn-north-11",
            "cn-north-12",
            "cn-east-2",
            "cn-east-3",
            "cn-east-4",
            "cn-east-5",
            "cn-south-1",
            "cn-south-2",
            "cn-south-4",
            "cn-southwest-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "af-north-1",
            "af-south-1",
            "la-north-2",
            "la-south-2",
            "na-mexico-1",
            "sa-brazil-1",
            "tr-west-1",
            "me-east-1",
            "ae-ad-1",
            "my-kualalumpur-1",
            "ru-moscow-1",
            "ru-northwest-2",
        ],
    ),
    ("myhuaweicloud.eu", &["eu-west-101"]),
    (
        "tencentcloudapi.com",
        &[
            "intl",
            "ap-bangkok",
            "ap-beijing",
            "ap-chengdu",
            "ap-chongqing",
            "ap-guangzhou",
            "ap-hongkong",
            "ap-jakarta",
            "ap-mumbai",
            "ap-nanjing",
            "ap-seoul",
            "ap-shanghai",
            "ap-shanghai-fsi",
            "ap-shenzhen-fsi",
            "ap-singapore",
            "ap-tokyo",
            "eu-frankfurt",
            "na-ashburn",
            "na-siliconvalley",
            "na-toronto",
            "sa-saopaulo",
        ],
    ),
];

/// DNS names.
pub fn hosts() -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "*.localhost".to_owned()];
    for domain in DOMAINS {
        names.push(format!("*.{domain}"));
    }
    for (domain, regions) in REGIONS {
        names.extend(regions.iter().map(|region| format!("*.{region}.{domain}")));
    }
    names
}

/// Addresses: this machine's own, and the one that is listened on.
pub fn addresses(listen: IpAddr) -> Vec<IpAddr> {
    let mut addresses = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    if !listen.is_unspecified() && !addresses.contains(&listen) {
        addresses.push(listen);
    }
    addresses
}
