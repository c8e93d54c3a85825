//! Codes as the actions of load balancers spell them: they know fewer than those of instances.

/// What these actions say, by the vendor's list.
const KNOWN: [&str; 21] = [
    "FailedOperation",
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

/// A code of instances as it is here: itself, what stands for it, or the beginning of it that is
/// known.
pub fn code(code: &str) -> &str {
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
