//! Microversions: which age of the API a request wants, and what of an answer depends on it.

use std::fmt;

use super::faults::Refusal;
use crate::Request;

/// The part after `2.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Microversion(pub u16);

pub(super) const OLDEST: Microversion = Microversion(1);
pub(super) const NEWEST: Microversion = Microversion(60);

pub(super) const KEY_PAIR_TYPE: Microversion = Microversion(2);
pub(super) const REMOTE_CONSOLES: Microversion = Microversion(6);
pub(super) const LOCKED: Microversion = Microversion(9);
pub(super) const ATTRIBUTES: Microversion = Microversion(3);
pub(super) const GROUP_OWNER: Microversion = Microversion(13);
pub(super) const HOST_STATUS: Microversion = Microversion(16);
pub(super) const DESCRIPTION: Microversion = Microversion(19);
pub(super) const TAGS: Microversion = Microversion(26);
pub(super) const NO_NETWORK_LIMITS: Microversion = Microversion(36);
pub(super) const FLAVOR_WITHIN: Microversion = Microversion(47);
pub(super) const DEVICE_TAG: Microversion = Microversion(49);
pub(super) const FLAVOR_DESCRIPTION: Microversion = Microversion(55);
pub(super) const NO_PERSONALITY: Microversion = Microversion(57);
pub(super) const ACTIONS_PAGED: Microversion = Microversion(58);

impl fmt::Display for Microversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "2.{}", self.0)
    }
}

/// The version that the answer is given in. Nothing under `/v2/`, which is older than versions: its
/// headers are not looked at.
pub(super) fn agree(request: &Request<'_>) -> Result<Option<Microversion>, Refusal> {
    if !request.path.starts_with("/v2.1") {
        return Ok(None);
    }
    let Some(wanted) = wanted(request) else { return Ok(Some(OLDEST)) };
    if wanted == "latest" {
        return Ok(Some(NEWEST));
    }
    let version = parse(wanted).ok_or_else(|| {
        let shown: String = wanted.chars().take(32).collect();
        Refusal::invalid(format!(
            "API Version String {shown} is of invalid format. Must be of format MajorNum.MinorNum."
        ))
    })?;
    match version {
        (2, minor) if (OLDEST.0..=NEWEST.0).contains(&minor) => Ok(Some(Microversion(minor))),
        (major, minor) => {
            let message = format!(
                "Version {major}.{minor} is not supported by the API. Minimum is {OLDEST} and \
                 maximum is {NEWEST}."
            );
            Err(Refusal::new(406, message))
        }
    }
}

/// What the headers say: the general one may speak of several services and comes first.
fn wanted<'a>(request: &Request<'a>) -> Option<&'a str> {
    let general = request.header_values("openstack-api-version").flat_map(|text| text.split(','));
    let of_compute = general
        .filter_map(|one| one.trim().split_once(' '))
        .find(|(service, _)| *service == "compute");
    let own = || request.header("x-openstack-nova-api-version").map(str::trim);
    of_compute.map(|(_, version)| version.trim()).or_else(own)
}

/// Digits, a point, digits: no zero at the front.
fn parse(text: &str) -> Option<(u16, u16)> {
    let (major, minor) = text.split_once('.')?;
    let number = |digits: &str| {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let padded = digits.len() > 1 && digits.starts_with('0');
        if plain && !padded { digits.parse().ok() } else { None }
    };
    Some((number(major)?, number(minor)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str, headers: &[(&str, &str)]) -> Result<Option<u16>, u16> {
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let request =
            Request { method: "GET", path, query: "", headers: &headers, body: b"", tls: false };
        agree(&request)
            .map(|version| version.map(|version| version.0))
            .map_err(|refusal| refusal.status)
    }

    #[test]
    fn a_version_is_agreed_on() {
        let old = "x-openstack-nova-api-version";
        let new = "openstack-api-version";
        for (headers, expected) in [
            (vec![], Ok(Some(1))),
            (vec![(old, "2.26")], Ok(Some(26))),
            (vec![(new, "compute 2.27")], Ok(Some(27))),
            (vec![(new, "volume 3.1, compute 2.60")], Ok(Some(60))),
            (vec![(new, "volume 3.1"), (old, "2.2")], Ok(Some(2))),
            (vec![(new, "compute 2.5"), (old, "2.2")], Ok(Some(5))),
            (vec![(new, "compute latest")], Ok(Some(60))),
            (vec![(old, "2.61")], Err(406)),
            (vec![(old, "2.0")], Err(406)),
            (vec![(old, "3.1")], Err(406)),
            (vec![(old, "2.99999")], Err(400)),
            (vec![(old, "2")], Err(400)),
            (vec![(old, "2.01")], Err(400)),
            (vec![(old, "two.one")], Err(400)),
        ] {
            assert_eq!(asked("/v2.1/p/servers", &headers), expected, "{headers:?}");
        }
        assert_eq!(asked("/v2/p/servers", &[(old, "9.9")]), Ok(None));
    }
}
