//! What is said when something is refused: the core's faults under their own names, and what this
//! dialect refuses itself.

use std::borrow::Cow;

use regiment_core::model::{Fault, FaultKind};

use crate::rules::Raw;

use crate::Unfollowed;

/// Why there is no answer to what was asked.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: Cow<'static, str>,
    pub title: &'static str,
    pub detail: String,
    /// The methods that the path takes, when it does not take this one.
    pub allow: Option<String>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Refusal {
        let (code, detail) = (Cow::Borrowed(code), detail.into());
        Refusal { status, code, title: title(status), detail, allow: None }
    }

    pub fn invalid(detail: impl Into<String>) -> Refusal {
        Refusal::new(400, "InvalidRequest", detail)
    }

    pub fn unauthorized(detail: &str) -> Refusal {
        Refusal::new(401, "Unauthorized", detail)
    }

    pub fn no_such_path(path: &str) -> Refusal {
        Refusal::new(404, "NoSuchPath", format!("nothing is at {path}"))
    }

    pub fn no_such(what: &str, name: &str) -> Refusal {
        let code = match what {
            "job" => "JobNotFound",
            "rule" => "RuleNotFound",
            "webhook" => "WebhookNotFound",
            "dead letter" => "DeadLetterNotFound",
            _ => "ServerNotFound",
        };
        Refusal::new(404, code, format!("there is no {what} {name:?}"))
    }

    pub fn nothing_selected() -> Refusal {
        Refusal::new(404, "NothingSelected", "no server fits what was selected")
    }

    pub fn wrong_method(methods: &[&str]) -> Refusal {
        let methods = methods.join(", ");
        let detail = format!("the path takes {methods}");
        Refusal { allow: Some(methods), ..Refusal::new(405, "MethodNotAllowed", detail) }
    }

    pub fn too_large(max: usize) -> Refusal {
        let mib = max >> 20;
        Refusal::new(413, "BodyTooLarge", format!("a body has at most {mib} MiB"))
    }

    pub fn wrong_type() -> Refusal {
        Refusal::new(415, "WrongContentType", "a body is application/json")
    }

    pub fn unavailable() -> Refusal {
        Refusal::new(503, "Unavailable", "nothing is taken on now; ask again later")
    }

    /// Words that somebody chose.
    pub fn raw(raw: &Raw) -> Refusal {
        let Raw { status, code, message } = raw;
        let (status, code) = (status.unwrap_or(400), code.to_string().into());
        Refusal { status, code, title: title(status), detail: message.to_string(), allow: None }
    }

    /// Why somebody cannot follow events.
    pub fn unfollowed(why: Unfollowed) -> Refusal {
        match why {
            Unfollowed::Lost { oldest } => {
                let detail = format!(
                    "events before {oldest} are no longer kept; look at the jobs, then go on after {}",
                    oldest.saturating_sub(1)
                );
                Refusal::new(410, "EventsGone", detail)
            }
            Unfollowed::Ahead { newest } => {
                let detail = format!("no such event has been yet; the newest is {newest}");
                Refusal::new(410, "EventsGone", detail)
            }
            Unfollowed::TooMany => {
                Refusal::new(429, "TooManyStreams", "as many follow events as can; ask again later")
            }
        }
    }

    /// A fault of a whole order.
    pub fn of(fault: &Fault) -> Refusal {
        let status = status(fault.kind);
        let (code, detail) = (code(fault.kind).into(), fault.to_string());
        Refusal { status, code, title: title(status), detail, allow: None }
    }
}

const fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

/// The fault's name: the one it is kept under, which therefore never changes.
pub(super) fn code(kind: FaultKind) -> String {
    format!("{kind:?}")
}

/// The status of an order that is refused as a whole for this. What befalls one server of many is in
/// its sub-job and has no status.
const fn status(kind: FaultKind) -> u16 {
    match kind {
        FaultKind::NoTargets
        | FaultKind::TooManyTargets
        | FaultKind::NameInvalid
        | FaultKind::OrdersInvalid
        | FaultKind::PasswordNeeded
        | FaultKind::PasswordUnfit
        | FaultKind::AddressOutside
        | FaultKind::SubnetElsewhere
        | FaultKind::ListenerUnfit
        | FaultKind::RedirectionUnfit
        | FaultKind::KeyPairUnfit
        | FaultKind::TooManyTags => 400,
        FaultKind::NotAllowed => 403,
        FaultKind::FlavorNotFound
        | FaultKind::ImageNotFound
        | FaultKind::CredentialNotFound
        | FaultKind::JobNotFound
        | FaultKind::ServerNotFound
        | FaultKind::NicNotFound
        | FaultKind::BalancerNotFound
        | FaultKind::ListenerNotFound
        | FaultKind::RuleNotFound
        | FaultKind::RedirectionNotFound
        | FaultKind::BackendNotFound
        | FaultKind::PublicAddressNotFound
        | FaultKind::GatewayNotFound
        | FaultKind::TranslationNotFound
        | FaultKind::KeyPairNotFound
        | FaultKind::VolumeNotFound
        | FaultKind::ZoneNotFound
        | FaultKind::TemplateNotFound
        | FaultKind::ScheduledEventNotFound
        | FaultKind::ServerGroupNotFound => 404,
        FaultKind::TokenReused
        | FaultKind::TokenExpired
        | FaultKind::QuotaExceeded
        | FaultKind::LastAdmin
        | FaultKind::JobEnded
        | FaultKind::JobNotHeld
        | FaultKind::NothingToRetry
        | FaultKind::ServerBusy
        | FaultKind::ServerRunning
        | FaultKind::ServerStopped
        | FaultKind::ServerBroken
        | FaultKind::ServerLocked
        | FaultKind::ResizeUnconfirmed
        | FaultKind::NothingResized
        | FaultKind::SameFlavor
        | FaultKind::FlavorTooSmall
        | FaultKind::AddressInUse
        | FaultKind::SubnetFull
        | FaultKind::NicIsPrimary
        | FaultKind::NicTaken
        | FaultKind::AddressNotOnNic
        | FaultKind::TooManyNics
        | FaultKind::HasMoreNics
        | FaultKind::NotInSecurityGroup
        | FaultKind::LastSecurityGroup
        | FaultKind::BalancerBusy
        | FaultKind::PortInUse
        | FaultKind::RuleExists
        | FaultKind::PublicAddressInUse
        | FaultKind::PublicAddressNotInUse
        | FaultKind::GatewayExists
        | FaultKind::GatewayInUse
        | FaultKind::GatewayUnfit
        | FaultKind::NetworksOverlap
        | FaultKind::TranslationExists
        | FaultKind::KeyPairExists
        | FaultKind::KeyPairNotBound
        | FaultKind::ImageBusy
        | FaultKind::ImageInUse
        | FaultKind::ImageShared
        | FaultKind::ImageNotOwn
        | FaultKind::ImageNameTaken
        | FaultKind::TooManyImages
        | FaultKind::VolumeInUse
        | FaultKind::VolumeAttached
        | FaultKind::VolumeNotAttached
        | FaultKind::VolumeNotShareable
        | FaultKind::VolumeElsewhere
        | FaultKind::TooManyVolumes
        | FaultKind::TooManySharers
        | FaultKind::BootVolume
        | FaultKind::DeviceInUse
        | FaultKind::VolumeNotSmaller
        | FaultKind::TemplateExists
        | FaultKind::ScheduledEventStage
        | FaultKind::ScheduledEventTooLate
        | FaultKind::TooManyServerGroups
        | FaultKind::ServerGroupFull
        | FaultKind::InOtherServerGroup
        | FaultKind::NotInServerGroup
        | FaultKind::StillRunning
        | FaultKind::Cancelled
        | FaultKind::TooManyFailures
        | FaultKind::DeadlinePassed => 409,
        FaultKind::TooManyJobs | FaultKind::Throttled => 429,
        FaultKind::NoCapacity
        | FaultKind::HostDown
        | FaultKind::AgentMissing
        | FaultKind::AgentRefused
        | FaultKind::StepFailed
        | FaultKind::StepTimedOut
        | FaultKind::Unreachable => 503,
        FaultKind::Internal => 500,
    }
}
