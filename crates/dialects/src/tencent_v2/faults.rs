//! What is said when something is refused: one table for the faults of the core, one for what this
//! dialect refuses itself.

use std::borrow::Cow;

use regiment_core::model::{Fault, FaultKind};

use crate::tencent::ids;

/// How a fault of the core is spelled here.
pub struct Row {
    pub code: i32,
    /// The vendor's name for it where it has one; else the name its later API uses.
    pub code_desc: &'static str,
    pub message: &'static str,
}

/// The vendor's spelling.
pub const STATUS: &str = "OperationConstraints.InvaildInstanceStatus";
const PASSWORD: &str = "InvalidParameter.PasswordNotConformSpecs";
const OPERATION_FAILED: &str = "ResourceOpFailed";

/// The one table of codes. 4000 is a parameter, 5000 a thing that does not exist, 5100 an operation
/// that failed, 5200 something that cannot be bought, 6000 us.
pub const fn row(kind: FaultKind) -> Row {
    let (code, code_desc, message) = match kind {
        FaultKind::NoTargets => (4000, "InvalidParameter", "no resource is named"),
        FaultKind::TooManyTargets => (4000, "InvalidParameter", "too many resources are named"),
        FaultKind::TooManyJobs => (
            4400,
            "InvalidRequest.LimitExceeded",
            "too many tasks are in progress, try again later",
        ),
        FaultKind::TokenReused => {
            (4000, "InvalidParameter", "clientToken was used for another request")
        }
        FaultKind::TokenExpired => (4000, "InvalidParameter", "clientToken has expired"),
        FaultKind::QuotaExceeded => (5200, "LimitExceeded", "the quota is exceeded"),
        FaultKind::FlavorNotFound => {
            (5200, "InvalidParameterValue.InstanceTypeNotFound", "no such configuration is sold")
        }
        FaultKind::ImageNotFound => (5000, "InvalidImageId.NotFound", "the image does not exist"),
        FaultKind::ImageBusy => {
            (5100, "InvalidImageId.IncorrectState", "the state of the image does not allow it")
        }
        FaultKind::ImageInUse => {
            (5100, "InvalidImageId.IncorrectState", "instances or images are being made of it")
        }
        FaultKind::ImageShared => {
            (5100, "InvalidImageId.InShared", "the image is shared with other accounts")
        }
        FaultKind::ImageNotOwn => (
            4102,
            "UnauthorizedOperation.ImageNotBelongToAccount",
            "the image belongs to another account",
        ),
        FaultKind::ImageNameTaken => {
            (4000, "InvalidImageName.Duplicate", "an image with this name exists")
        }
        FaultKind::TooManyImages => {
            (5200, "ImageQuotaLimitExceeded", "the region has as many images as it can have")
        }
        FaultKind::NameInvalid => (4000, "InvalidParameter", "the name is not allowed"),
        FaultKind::OrdersInvalid => {
            (4000, "InvalidParameter", "the orders in X-Regiment-Orders cannot be carried out")
        }
        FaultKind::NotAllowed => {
            (4101, "AuthFailure", "the SecretId is not authorized to call this Action")
        }
        FaultKind::Throttled => (
            4400,
            "InvalidRequest.LimitExceeded",
            "the Action is called more often than is allowed, try again later",
        ),
        // No request of this dialect can meet the others of a task, or credentials.
        FaultKind::CredentialNotFound => (5000, "ResourceNotFound", "no such SecretId"),
        FaultKind::LastAdmin => (5100, OPERATION_FAILED, "the SecretId is the last that may"),
        FaultKind::JobNotFound => (5000, "ResourceNotFound", "no task has this requestId"),
        FaultKind::JobEnded => (5100, OPERATION_FAILED, "the task has ended"),
        FaultKind::JobNotHeld => (5100, OPERATION_FAILED, "the task waits for no approval"),
        FaultKind::NothingToRetry => (5100, OPERATION_FAILED, "nothing of the task failed"),
        FaultKind::PasswordNeeded => (4000, PASSWORD, "the task needs its password again"),
        FaultKind::ServerNotFound => {
            (5000, "InvalidInstanceId.NotFound", "the instance does not exist")
        }
        FaultKind::ServerBusy => (5100, STATUS, "another operation is running on the instance"),
        FaultKind::ServerRunning => (5100, STATUS, "the instance is running"),
        FaultKind::ServerStopped => (5100, STATUS, "the instance is shut down"),
        FaultKind::ServerBroken => (5100, STATUS, "the instance has failed"),
        FaultKind::ServerLocked => (5100, STATUS, "the instance is locked"),
        FaultKind::ResizeUnconfirmed => {
            (5100, STATUS, "the new configuration of the instance is not confirmed yet")
        }
        FaultKind::NothingResized => {
            (5100, STATUS, "the instance has no new configuration to confirm or take back")
        }
        FaultKind::PasswordUnfit => {
            (4000, PASSWORD, "the password does not meet the rules of the instance's system")
        }
        FaultKind::SameFlavor => {
            (4000, "InvalidParameter", "the instance already has this configuration")
        }
        FaultKind::FlavorTooSmall => {
            (4000, "InvalidParameter", "an instance can be upgraded, not downgraded")
        }
        FaultKind::AddressInUse => (4000, "VpcIpIsUsed", "the private IP is in use"),
        FaultKind::AddressOutside => {
            (4000, "VpcAddrNotInSubNet", "the private IP is not in the subnet")
        }
        FaultKind::SubnetFull => (
            4000,
            "FailedOperation.NoAvailableIpAddressCountInSubnet",
            "the subnet has no free private IP",
        ),
        FaultKind::SubnetElsewhere => (
            4000,
            "InvalidParameterValue.VpcIdSubnetIdNotMatch",
            "the subnet is not in the private network",
        ),
        FaultKind::NicNotFound => {
            (5000, "InvalidNetworkInterface.NotFound", "the network interface does not exist")
        }
        FaultKind::NicTaken => (
            4000,
            "InvalidParameterValue.InvalidNetworkInterfaceId",
            "the network interface is in an instance, or soon will be",
        ),
        FaultKind::NicIsPrimary
        | FaultKind::HasMoreNics
        | FaultKind::NotInSecurityGroup
        | FaultKind::LastSecurityGroup => (
            4000,
            "InvalidParameterValue.InvalidNetworkInterfaceId",
            "the network interface does not allow it",
        ),
        FaultKind::TooManyNics => (
            4000,
            "LimitExceeded.InstanceEniNumLimit",
            "the instance has too many network interfaces",
        ),
        FaultKind::AddressNotOnNic => (
            5000,
            "InvalidPrivateIpAddress.NotFound",
            "the network interface has no such secondary private IP",
        ),
        FaultKind::PublicAddressNotFound => {
            (5000, "InvalidAddressId.NotFound", "the EIP does not exist")
        }
        FaultKind::PublicAddressInUse => (
            5100,
            "InvalidInstanceId.AlreadyBindEip",
            "the EIP or what it is to be bound to is bound already",
        ),
        FaultKind::PublicAddressNotInUse => {
            (5100, "InvalidAddressIdStatus.NotPermit", "the EIP is not bound")
        }
        // Actions know better what the vendor calls these, each of its own kind of gateway.
        FaultKind::GatewayNotFound => (5000, "ResourceNotFound", "the gateway does not exist"),
        FaultKind::GatewayExists => (
            4000,
            "InvalidParameter",
            "the private network has a gateway of this name or kind already",
        ),
        FaultKind::GatewayInUse => (5100, OPERATION_FAILED, "something else needs the gateway"),
        FaultKind::GatewayUnfit => {
            (5100, OPERATION_FAILED, "the kind or state of the gateway does not allow it")
        }
        FaultKind::NetworksOverlap => {
            (4000, "PeeringConnectionVpcConflict", "the ranges of the private networks overlap")
        }
        FaultKind::TranslationNotFound => {
            (5000, "InvalidLocalIPTranslation.NotFound", "the gateway has no such translation")
        }
        FaultKind::TranslationExists => {
            (4000, "InvalidTranslationIP.Duplicate", "the gateway translates the address already")
        }
        FaultKind::BalancerNotFound => {
            (5000, "InvalidParameter.LBIdNotFound", "the load balancer does not exist")
        }
        // Known clients take a 4000 on a change for "busy" and try again.
        FaultKind::BalancerBusy => (
            4000,
            "FailedOperation.ResourceInOperating",
            "another operation is running on the load balancer",
        ),
        FaultKind::ListenerNotFound => {
            (5000, "InvalidParameter.ListenerIdNotFound", "the listener does not exist")
        }
        FaultKind::PortInUse => (4000, "InvalidParameter.PortCheckFailed", "the port is in use"),
        FaultKind::ListenerUnfit => (
            4000,
            "InvalidParameter.ProtocolCheckFailed",
            "the listener's protocol does not allow it",
        ),
        FaultKind::RuleNotFound => {
            (5000, "InvalidParameter.LocationNotFound", "the forwarding rule does not exist")
        }
        FaultKind::RuleExists => {
            (4000, "InvalidParameter", "the listener has a forwarding rule for this domain and URL")
        }
        FaultKind::RedirectionUnfit => (
            4000,
            "InvalidParameter.RewriteAlreadyExist",
            "the one forwarding rule cannot be redirected to the other",
        ),
        FaultKind::RedirectionNotFound => {
            (5000, "InvalidParameter", "the forwarding rules are not redirected so")
        }
        FaultKind::BackendNotFound => {
            (5000, "InvalidInstanceId.NotFound", "the instance is not bound to the load balancer")
        }
        FaultKind::KeyPairNotFound => {
            (5000, "InvalidKeyPair.NotFound", "the key pair does not exist")
        }
        FaultKind::KeyPairExists => {
            (4000, "InvalidKeyPair.Duplicate", "a key pair with this name exists")
        }
        FaultKind::KeyPairNotBound => {
            (5100, OPERATION_FAILED, "the key pair is not bound to the instance")
        }
        FaultKind::KeyPairUnfit => {
            (5100, OPERATION_FAILED, "a key pair cannot be bound to a Windows instance")
        }
        FaultKind::VolumeNotFound => (5000, "InvalidDisk.NotFound", "the disk does not exist"),
        FaultKind::VolumeInUse => (5100, "InvalidDisk.Busy", "the disk is in use"),
        FaultKind::VolumeAttached => {
            (5100, "InvalidDisk.AlreadyAttached", "the disk is attached to the instance already")
        }
        FaultKind::VolumeNotAttached => {
            (5100, "InvalidDisk.NotAttached", "the disk is not attached to the instance")
        }
        FaultKind::VolumeNotShareable => {
            (4000, "InvalidParameter", "the disk cannot be shared by several instances")
        }
        FaultKind::VolumeElsewhere => {
            (4000, "InvalidParameter", "the disk and the instance are in different zones")
        }
        FaultKind::TooManyVolumes => {
            (5200, "LimitExceeded", "the instance has as many disks as it can have")
        }
        FaultKind::TooManySharers => {
            (5200, "LimitExceeded", "the disk is attached to as many instances as it can be")
        }
        FaultKind::BootVolume => {
            (4000, "InvalidDisk.NotSupported", "a system disk cannot be detached")
        }
        FaultKind::DeviceInUse => {
            (4000, "InvalidParameter", "another disk of the instance has the device name")
        }
        FaultKind::TemplateNotFound => {
            (5000, "InvalidParameterValue.LaunchTemplateIdNotExisted", "no such launch template")
        }
        FaultKind::TemplateExists => {
            (4000, "InvalidParameterValue.LaunchTemplateName", "the name is in use")
        }
        FaultKind::VolumeNotSmaller => {
            (4000, "InvalidParameter", "the disk is as large as that, or larger")
        }
        FaultKind::ZoneNotFound => (4000, "InvalidParameter", "there is no such zone"),
        FaultKind::TooManyTags => {
            (4000, "InvalidParameter", "the instance would have too many tags")
        }
        // This cloud's APIs that we speak know no server groups and no scheduled events.
        FaultKind::ScheduledEventNotFound
        | FaultKind::ScheduledEventStage
        | FaultKind::ScheduledEventTooLate
        | FaultKind::ServerGroupNotFound
        | FaultKind::TooManyServerGroups
        | FaultKind::ServerGroupFull
        | FaultKind::InOtherServerGroup
        | FaultKind::NotInServerGroup => (5000, "InternalError", "internal error"),
        FaultKind::NoCapacity => {
            (5200, "ResourceInsufficient", "the resources of the zone are sold out")
        }
        FaultKind::HostDown => (5100, OPERATION_FAILED, "the host of the instance is down"),
        FaultKind::AgentMissing => {
            (5100, OPERATION_FAILED, "the agent in the instance does not answer")
        }
        FaultKind::AgentRefused => (5100, OPERATION_FAILED, "the agent in the instance refused"),
        FaultKind::StepFailed => (5100, OPERATION_FAILED, "the operation failed"),
        FaultKind::StepTimedOut => (5100, OPERATION_FAILED, "the operation took too long"),
        FaultKind::Unreachable => {
            (5100, OPERATION_FAILED, "the host of the instance cannot be reached")
        }
        FaultKind::StillRunning => (5100, STATUS, "the operation is still running"),
        FaultKind::Cancelled => {
            (5100, OPERATION_FAILED, "the task was cancelled before it was begun")
        }
        FaultKind::TooManyFailures => (
            5100,
            OPERATION_FAILED,
            "the task was cancelled before it was begun: too many others failed",
        ),
        FaultKind::DeadlinePassed => (
            5100,
            OPERATION_FAILED,
            "the task was cancelled before it was begun: its deadline passed",
        ),
        FaultKind::Internal => (6000, "InternalError", "internal error"),
    };
    Row { code, code_desc, message }
}

/// A fault as backends report theirs: a number in parentheses, a name, a sentence.
pub fn worded(fault: &Fault) -> String {
    worded_as(fault, row(fault.kind).code_desc)
}

fn worded_as(fault: &Fault, code_desc: &str) -> String {
    let Row { code, code_desc: _, message } = row(fault.kind);
    match &fault.detail {
        Some(detail) => {
            format!("({code}){code_desc} {message}: {}", in_our_ids(fault.kind, detail))
        }
        None => format!("({code}){code_desc} {message}"),
    }
}

/// The story of a fault may be an id as the core writes it.
fn in_our_ids(kind: FaultKind, detail: &str) -> Cow<'_, str> {
    ids::in_story(kind, detail).map_or(Cow::Borrowed(detail), Cow::Owned)
}

/// Why a request as a whole is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The parameters cannot be read at all.
    Unreadable(&'static str),
    Missing(String),
    Malformed {
        name: String,
        why: String,
    },
    PasswordUnfit,
    /// The instance is paid for in advance, or by use, and the action is for the others.
    PaidOtherwise {
        prepaid: bool,
    },
    ZoneUnknown,
    SecretIdNotFound,
    SignatureWrong,
    TokenWrong,
    Expired,
    Replayed,
    ActionUnknown(String),
    /// The vendor has it, we do not.
    ActionNotSupported(String),
    /// It is another module's: the domain is wrong for it.
    ActionElsewhere(String),
    TaskNotFound,
    /// A thing that is named is not there.
    NotThere {
        code_desc: &'static str,
        name: String,
    },
    /// An image is to be shared with nobody we know.
    AccountNotFound(String),
    /// The load balancer is of the older kind.
    NotForClassic(String),
    /// The load balancer is of the newer kind.
    NotForApplication(String),
    TooLarge,
    Unavailable,
    /// What the core said.
    Fault(Fault),
    /// The same, where the action has its own name for it.
    Spelled {
        code_desc: &'static str,
        fault: Fault,
    },
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::Fault(fault)
    }
}

impl From<FaultKind> for Refusal {
    fn from(kind: FaultKind) -> Refusal {
        Refusal::Fault(kind.into())
    }
}

impl Refusal {
    /// The refusal under the name that these have for its fault, if they have one.
    pub fn spelled(self, names: &[(FaultKind, &'static str)]) -> Refusal {
        match self {
            Refusal::Fault(fault) => match names.iter().find(|(kind, _)| *kind == fault.kind) {
                Some((_, code_desc)) => Refusal::Spelled { code_desc, fault },
                None => Refusal::Fault(fault),
            },
            other => other,
        }
    }

    /// `code`, `codeDesc` and `message`.
    pub fn flat(&self) -> (i32, &'static str, Cow<'_, str>) {
        const PARAMETER: &str = "InvalidParameter";
        const ACTION: &str = "InvalidAction.NotFound";
        match self {
            Refusal::Unreadable(why) => (4000, PARAMETER, Cow::Borrowed(why)),
            Refusal::Missing(name) => {
                (4000, PARAMETER, format!("missing parameter: {name}").into())
            }
            Refusal::Malformed { name, why } => (4000, PARAMETER, format!("{name} {why}").into()),
            Refusal::PasswordUnfit => {
                (4000, PASSWORD, "the password does not meet the rules".into())
            }
            Refusal::PaidOtherwise { prepaid } => {
                let why = if *prepaid {
                    "the instance is paid for in advance"
                } else {
                    "the instance is paid by use"
                };
                (5100, "InvalidInstance.NotSupported", Cow::Borrowed(why))
            }
            Refusal::ZoneUnknown => {
                (4000, "InvalidParameter.InvaildZoneId", "the zone does not exist".into())
            }
            Refusal::SecretIdNotFound => (
                4104,
                "InvalidParameter.SecretIdNotFound",
                "the SecretId does not exist or is disabled".into(),
            ),
            Refusal::SignatureWrong => {
                (4100, "AuthFailure", "the signature is wrong: check how it is made".into())
            }
            Refusal::TokenWrong => (
                4105,
                "InvalidRequest.TokenCheckFailed",
                "the Token is not of this SecretId".into(),
            ),
            Refusal::Expired => (
                4500,
                "InvalidRequest.ReplayAttack",
                "Timestamp is more than 5 minutes from the server's time".into(),
            ),
            Refusal::Replayed => (
                4500,
                "InvalidRequest.ReplayAttack",
                "Nonce was used before with this SecretId and Timestamp".into(),
            ),
            Refusal::ActionUnknown(name) => {
                (6100, ACTION, format!("no such Action: {name}").into())
            }
            Refusal::ActionNotSupported(name) => {
                (6100, ACTION, format!("the Action {name} is not supported here").into())
            }
            Refusal::ActionElsewhere(name) => {
                (6100, ACTION, format!("the Action {name} is not of this domain").into())
            }
            Refusal::TaskNotFound => {
                (5000, "ResourceNotFound", "no task has this requestId".into())
            }
            Refusal::NotThere { code_desc, name } => {
                (5000, code_desc, format!("{name} does not exist").into())
            }
            Refusal::AccountNotFound(account) => (
                5000,
                "InvalidAccountId.NotFound",
                format!("the account {account} does not exist").into(),
            ),
            Refusal::NotForClassic(id) => (
                5100,
                OPERATION_FAILED,
                format!("the action is not for classic load balancers: {id}").into(),
            ),
            Refusal::NotForApplication(id) => (
                5100,
                OPERATION_FAILED,
                format!("the action is not for application load balancers: {id}").into(),
            ),
            Refusal::TooLarge => (4000, PARAMETER, "the request is larger than 1 MB".into()),
            Refusal::Unavailable => (
                6200,
                "InvalidAction.ActionUnavailable",
                "the service is not available, try again later".into(),
            ),
            Refusal::Fault(fault) => {
                let Row { code, code_desc, message: _ } = row(fault.kind);
                (code, code_desc, worded(fault).into())
            }
            Refusal::Spelled { code_desc, fault } => {
                (row(fault.kind).code, code_desc, worded_as(fault, code_desc).into())
            }
        }
    }

    /// `Code` and `Message` where the caller asked for the later version, whose actions refuse by
    /// themselves: what only an action can say does not occur.
    pub fn transitional(&self) -> (&'static str, Cow<'_, str>) {
        match self {
            Refusal::Unreadable(why) => ("InvalidParameter", Cow::Borrowed(why)),
            Refusal::Missing(name) => (
                "MissingParameter",
                format!("The request is missing a required parameter `{name}`.").into(),
            ),
            Refusal::Malformed { name, why: _ } => {
                ("InvalidParameter", format!("Parameter `{name}` type error.").into())
            }
            Refusal::SecretIdNotFound => (
                "AuthFailure.SecretIdNotFound",
                "The SecretId is not found, please ensure that your SecretId is correct.".into(),
            ),
            Refusal::SignatureWrong => (
                "AuthFailure.SignatureFailure",
                "The provided credentials could not be validated. Please check your signature is \
                 correct."
                    .into(),
            ),
            Refusal::TokenWrong => {
                ("AuthFailure.TokenFailure", "The token is not of this SecretId.".into())
            }
            Refusal::Expired | Refusal::Replayed => (
                "AuthFailure.SignatureExpire",
                "The signature is expired, please request again.".into(),
            ),
            Refusal::ActionUnknown(_)
            | Refusal::ActionNotSupported(_)
            | Refusal::ActionElsewhere(_) => {
                ("InvalidAction", "The request `Action` is invalid or not found.".into())
            }
            Refusal::TooLarge => {
                ("RequestSizeLimitExceeded", "The request is larger than 1 MB.".into())
            }
            Refusal::Unavailable => {
                ("ServiceUnavailable", "The service is not available, try again later.".into())
            }
            Refusal::PasswordUnfit
            | Refusal::PaidOtherwise { .. }
            | Refusal::ZoneUnknown
            | Refusal::TaskNotFound
            | Refusal::NotThere { .. }
            | Refusal::AccountNotFound(_)
            | Refusal::NotForClassic(_)
            | Refusal::NotForApplication(_)
            | Refusal::Fault(_)
            | Refusal::Spelled { .. } => ("FailedOperation", self.flat().2),
        }
    }
}
