use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What can go wrong, as the core names it. Every dialect has one table that gives each of these
/// its own code; a new variant does not compile until every table has a row for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FaultKind {
    // The request as a whole.
    NoTargets,
    TooManyTargets,
    TooManyJobs,
    TokenReused,
    TokenExpired,
    QuotaExceeded,
    FlavorNotFound,
    ImageNotFound,
    NameInvalid,
    OrdersInvalid,
    NotAllowed,
    Throttled,
    CredentialNotFound,
    LastAdmin,
    // One job.
    JobNotFound,
    JobEnded,
    JobNotHeld,
    NothingToRetry,
    PasswordNeeded,
    // One target, before any work.
    ServerNotFound,
    ServerBusy,
    ServerRunning,
    ServerStopped,
    ServerBroken,
    ServerLocked,
    ResizeUnconfirmed,
    NothingResized,
    PasswordUnfit,
    SameFlavor,
    FlavorTooSmall,
    AddressInUse,
    AddressOutside,
    SubnetFull,
    SubnetElsewhere,
    NicNotFound,
    NicIsPrimary,
    NicTaken,
    AddressNotOnNic,
    TooManyNics,
    HasMoreNics,
    NotInSecurityGroup,
    LastSecurityGroup,
    BalancerNotFound,
    BalancerBusy,
    ListenerNotFound,
    PortInUse,
    ListenerUnfit,
    RuleNotFound,
    RuleExists,
    RedirectionUnfit,
    RedirectionNotFound,
    BackendNotFound,
    PublicAddressNotFound,
    PublicAddressInUse,
    PublicAddressNotInUse,
    GatewayNotFound,
    GatewayExists,
    GatewayInUse,
    GatewayUnfit,
    NetworksOverlap,
    TranslationNotFound,
    TranslationExists,
    KeyPairNotFound,
    KeyPairExists,
    KeyPairNotBound,
    KeyPairUnfit,
    ImageBusy,
    ImageInUse,
    ImageShared,
    ImageNotOwn,
    ImageNameTaken,
    TooManyImages,
    VolumeNotFound,
    VolumeInUse,
    VolumeAttached,
    VolumeNotAttached,
    VolumeNotShareable,
    VolumeElsewhere,
    TooManyVolumes,
    TooManySharers,
    BootVolume,
    DeviceInUse,
    VolumeNotSmaller,
    ZoneNotFound,
    TooManyTags,
    TemplateNotFound,
    TemplateExists,
    ScheduledEventNotFound,
    ScheduledEventStage,
    ScheduledEventTooLate,
    ServerGroupNotFound,
    TooManyServerGroups,
    ServerGroupFull,
    InOtherServerGroup,
    NotInServerGroup,
    // One target, while working.
    NoCapacity,
    HostDown,
    AgentMissing,
    AgentRefused,
    StepFailed,
    StepTimedOut,
    Unreachable,
    StillRunning,
    // One target, instead of work.
    Cancelled,
    TooManyFailures,
    DeadlinePassed,
    // Us.
    Internal,
}

impl FaultKind {
    /// The public sentence, without any vendor's code. Fits after "failed: ".
    pub const fn sentence(self) -> &'static str {
        match self {
            FaultKind::NoTargets => "the request names no target",
            FaultKind::TooManyTargets => "the request names too many targets",
            FaultKind::TooManyJobs => "too many jobs are in flight, try again later",
            FaultKind::TokenReused => "the client token was used for another request",
            FaultKind::TokenExpired => "the client token is no longer good",
            FaultKind::QuotaExceeded => "the quota of the project is exceeded",
            FaultKind::FlavorNotFound => "the flavor does not exist",
            FaultKind::ImageNotFound => "the image does not exist",
            FaultKind::NameInvalid => "the name is not allowed",
            FaultKind::OrdersInvalid => "the orders cannot be carried out",
            FaultKind::NotAllowed => "the role of the credential does not allow it",
            FaultKind::Throttled => "more was asked in a short time than is allowed",
            FaultKind::CredentialNotFound => "the credential does not exist",
            FaultKind::LastAdmin => "the project has no other credential of an admin",
            FaultKind::JobNotFound => "the job does not exist",
            FaultKind::JobEnded => "the job has ended",
            FaultKind::JobNotHeld => "no wave of the job waits for approval",
            FaultKind::NothingToRetry => "nothing of the job failed or was cancelled",
            FaultKind::PasswordNeeded => "the job needs its password again",
            FaultKind::ServerNotFound => "the server does not exist",
            FaultKind::ServerBusy => "another operation is running on the server",
            FaultKind::ServerRunning => "the server is running",
            FaultKind::ServerStopped => "the server is stopped",
            FaultKind::ServerBroken => "the server is in an error state",
            FaultKind::ServerLocked => "the server is locked",
            FaultKind::ResizeUnconfirmed => "the resize of the server is not confirmed yet",
            FaultKind::NothingResized => "the server has no resize to confirm or take back",
            FaultKind::PasswordUnfit => {
                "the password does not meet the rules of the server's system"
            }
            FaultKind::SameFlavor => "the server already has this flavor",
            FaultKind::FlavorTooSmall => "the new flavor is smaller than the present one",
            FaultKind::AddressInUse => "the private address is in use",
            FaultKind::AddressOutside => "the subnet does not offer the address",
            FaultKind::SubnetFull => "the subnet has no free address",
            FaultKind::SubnetElsewhere => "the subnet belongs to another network",
            FaultKind::NicNotFound => "the server has no such interface",
            FaultKind::NicIsPrimary => "the first interface of a server stays",
            FaultKind::NicTaken => "the interface belongs to a server already",
            FaultKind::TooManyNics => "the server has too many interfaces",
            FaultKind::HasMoreNics => "the server has more than one interface",
            FaultKind::NotInSecurityGroup => "the server is not in the security group",
            FaultKind::LastSecurityGroup => "the server is in no other security group",
            FaultKind::AddressNotOnNic => "the interface has no such further address",
            FaultKind::PublicAddressNotFound => "the public address does not exist",
            FaultKind::PublicAddressInUse => "one public address leads there already",
            FaultKind::PublicAddressNotInUse => "the public address leads nowhere",
            FaultKind::GatewayNotFound => "the gateway does not exist",
            FaultKind::GatewayExists => "the network has a gateway of this name or kind",
            FaultKind::GatewayInUse => "something else needs the gateway",
            FaultKind::GatewayUnfit => "the kind or state of the gateway does not allow it",
            FaultKind::NetworksOverlap => "the ranges of the networks overlap",
            FaultKind::TranslationNotFound => "the gateway has no such translation",
            FaultKind::TranslationExists => "the gateway translates the address already",
            FaultKind::BalancerNotFound => "the load balancer does not exist",
            FaultKind::BalancerBusy => "another operation is running on the load balancer",
            FaultKind::ListenerNotFound => "the load balancer has no such listener",
            FaultKind::PortInUse => "a listener with this port exists",
            FaultKind::ListenerUnfit => "the listener's protocol does not allow it",
            FaultKind::RuleNotFound => "the listener has no such rule",
            FaultKind::RuleExists => "the listener has a rule for this domain and path",
            FaultKind::RedirectionUnfit => "the one rule cannot send clients to the other",
            FaultKind::RedirectionNotFound => "the one rule does not send clients to the other",
            FaultKind::BackendNotFound => "the server is not behind the load balancer",
            FaultKind::KeyPairNotFound => "the key pair does not exist",
            FaultKind::KeyPairExists => "a key pair with this name exists",
            FaultKind::KeyPairNotBound => "the key pair does not let into the server",
            FaultKind::KeyPairUnfit => "the server's system knows no key pairs",
            FaultKind::ImageBusy => "the image is not ready, or is being copied or deleted",
            FaultKind::ImageInUse => "servers or images are being made of the image",
            FaultKind::ImageShared => "the image is shared with other projects",
            FaultKind::ImageNotOwn => "the image belongs to somebody else",
            FaultKind::ImageNameTaken => "an image with this name exists",
            FaultKind::TooManyImages => "the project would have too many images",
            FaultKind::VolumeNotFound => "the volume does not exist",
            FaultKind::VolumeInUse => "the volume is in use",
            FaultKind::VolumeAttached => "the volume is attached to the server already",
            FaultKind::VolumeNotAttached => "the volume is not attached to the server",
            FaultKind::VolumeNotShareable => "the volume cannot be shared by several servers",
            FaultKind::VolumeElsewhere => "the volume and the server are in different zones",
            FaultKind::TooManyVolumes => "the server has as many volumes as it can have",
            FaultKind::TooManySharers => "the volume is attached to as many servers as it can be",
            FaultKind::BootVolume => "the boot volume cannot be taken out of its server",
            FaultKind::DeviceInUse => "another volume of the server has the device name",
            FaultKind::VolumeNotSmaller => "the volume is not smaller than it is to be",
            FaultKind::ZoneNotFound => "there is no such zone",
            FaultKind::TooManyTags => "the server would have too many tags",
            FaultKind::TemplateNotFound => "the launch template does not exist",
            FaultKind::TemplateExists => "a launch template with this name exists",
            FaultKind::ScheduledEventNotFound => "the scheduled event does not exist",
            FaultKind::ScheduledEventStage => "the scheduled event is past that, or not so far",
            FaultKind::ScheduledEventTooLate => "the time is not before the event's deadline",
            FaultKind::ServerGroupNotFound => "the server group does not exist",
            FaultKind::TooManyServerGroups => "the project would have too many server groups",
            FaultKind::ServerGroupFull => "the server group would have too many members",
            FaultKind::InOtherServerGroup => "the server is in another server group",
            FaultKind::NotInServerGroup => "the server is not in the server group",
            FaultKind::NoCapacity => "no host has room for the server",
            FaultKind::HostDown => "the host of the server is down",
            FaultKind::AgentMissing => "the agent in the server does not answer",
            FaultKind::AgentRefused => "the agent in the server refused",
            FaultKind::StepFailed => "the operation failed on the server",
            FaultKind::StepTimedOut => "the operation took too long",
            FaultKind::Unreachable => "the host of the server cannot be reached",
            FaultKind::StillRunning => "the operation is still running",
            FaultKind::Cancelled => "the order was cancelled before its turn came",
            FaultKind::TooManyFailures => "too many others had failed before its turn came",
            FaultKind::DeadlinePassed => "the deadline of the order passed before its turn came",
            FaultKind::Internal => "internal error",
        }
    }
}

/// A fault and, where there is one, its story: words that name the thing it happened to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub kind: FaultKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Arc<str>>,
}

impl Fault {
    pub fn with(kind: FaultKind, detail: impl Into<Arc<str>>) -> Fault {
        Fault { kind, detail: Some(detail.into()) }
    }
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Fault {
        Fault { kind, detail: None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.sentence())?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.detail {
            Some(detail) => write!(f, "{:?}({detail})", self.kind),
            None => write!(f, "{:?}", self.kind),
        }
    }
}

impl std::error::Error for Fault {}
