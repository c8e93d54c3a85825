//! Codes as each service spells them: the actions of load balancers know fewer than those of instances.

use super::faults::Refusal;

/// The service of load balancers.
pub const BALANCERS: &str = "clb";

/// What these actions say, by the vendor's list.
const KNOWN: [&str; 24] = [
    "FailedOperation",
    "FailedOperation.NoListenerInLB",
    "FailedOperation.ResourceInOperating",
    "InternalError",
    "InvalidParameter",
    "InvalidParameter.ClientTokenLimitExceeded",
    "InvalidParameter.FormatError",
    "InvalidParameter.LBIdNotFound",
    "InvalidParameter.ListenerIdNotFound",
    "InvalidParameter.LocationNotFound",
    "InvalidParameter.PortCheckFailed",
    "InvalidParameter.ProtocolCheckFailed",
    "InvalidParameter.RewriteAlreadyExist",
    "InvalidParameter.SomeRewriteNotFound",
    "InvalidParameterValue",
    "InvalidParameterValue.Duplicate",
    "InvalidParameterValue.InvalidFilter",
    "InvalidParameterValue.Length",
    "InvalidParameterValue.Range",
    "LimitExceeded",
    "MissingParameter",
    "RequestLimitExceeded",
    "ResourceInsufficient",
    "UnsupportedOperation",
];

/// The code of a refusal in the answer of a service.
pub fn spelled<'r>(refusal: &'r Refusal, service: &str) -> &'r str {
    let of_balancers = refusal.by_action() && service == BALANCERS;
    if of_balancers { code(refusal.code()) } else { refusal.code() }
}

/// A code of instances as it is among those of load balancers: itself, what stands for it, or the beginning of it that is
/// known.
fn code(code: &str) -> &str {
    match code {
        "InvalidFilter" => "InvalidParameterValue.InvalidFilter",
        "InvalidFilterValue.LimitExceeded" | "InvalidParameterValue.LimitExceeded" => {
            "InvalidParameterValue.Length"
        }
        "InternalServerError" => "InternalError",
        "InvalidInstanceId.NotFound"
        | "InvalidInstanceId.Malformed"
        | "InvalidParameterCombination" => "InvalidParameter",
        code if KNOWN.contains(&code) => code,
        code => {
            let head = code.split('.').next().unwrap_or(code);
            if KNOWN.contains(&head) { head } else { "FailedOperation" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_becomes_one_that_is_known() {
        for (from, to) in [
            ("InvalidParameter.LBIdNotFound", "InvalidParameter.LBIdNotFound"),
            ("InvalidParameterValue.InstanceIdMalformed", "InvalidParameterValue"),
            ("InvalidInstanceId.NotFound", "InvalidParameter"),
            ("LimitExceeded.InstanceQuota", "LimitExceeded"),
            ("MutexOperation.TaskRunning", "FailedOperation"),
            ("InternalServerError", "InternalError"),
        ] {
            assert_eq!(code(from), to);
            assert!(KNOWN.contains(&to), "{to}");
        }
    }
}
