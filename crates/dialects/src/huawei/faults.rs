//! The one table from what the core calls a fault to what this cloud calls it. A new kind of fault
//! does not compile until it has a row here.

use std::borrow::Cow;

use regiment_core::model::{Fault, FaultKind};
use regiment_core::ops::Operation;

/// A fault in this cloud's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub code: &'static str,
    pub status: u16,
    pub message: Cow<'static, str>,
}

impl Row {
    pub const fn new(code: &'static str, status: u16, message: &'static str) -> Row {
        Row { code, status, message: Cow::Borrowed(message) }
    }

    /// What is wrong with a request's own words.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Row {
        Row { code: "Ecs.0005", status: 400, message: message.into() }
    }

    pub fn saying(self, message: impl Into<Cow<'static, str>>) -> Row {
        Row { message: message.into(), ..self }
    }

    /// The row of a fault, with the fault's own words where it has any.
    pub fn of(fault: &Fault) -> Row {
        let row = of_kind(fault.kind);
        match &fault.detail {
            Some(what) if fault.kind == FaultKind::NotAllowed => {
                row.saying(format!("Policy does not allow {what} to be performed."))
            }
            Some(detail) => {
                let message = format!("{} ({detail})", row.message.trim_end_matches('.'));
                row.saying(message)
            }
            None => row,
        }
    }

    /// The row of a fault that ended a sub-job. Where the core only knows that a step failed, this
    /// cloud's code says the step of what.
    pub fn of_work(fault: &Fault, operation: &Operation) -> Row {
        if fault.kind == FaultKind::StepFailed {
            Row { code: code_of_failed(operation), ..Row::of(fault) }
        } else {
            Row::of(fault)
        }
    }
}

/// A server that a path names and that is not there.
pub(super) fn no_such_server(words: &str) -> Row {
    Row::new("Ecs.0114", 404, "").saying(format!("Instance[{words}] could not be found."))
}

pub(super) const TOO_MANY_IN_BATCH: Row =
    Row::new("Ecs.0118", 400, "The request names too many servers.");
pub(super) const BATCH_FAILED: Row = Row::new("Ecs.0611", 400, "Batch operation failed.");
pub(super) const WEAK_PASSWORD: Row =
    Row::new("Ecs.0011", 400, "The password does not meet the complexity requirements.");

pub(super) const PREPAID_STAYS: Row =
    Row::new("Ecs.0084", 400, "auto_terminate_time is not for servers paid for by the period.");

/// The caller's key was taken away since the caller was let in.
pub(super) const KEY_GONE: Row = Row::new("Common.0013", 401, "The token is invalid.");

fn of_kind(kind: FaultKind) -> Row {
    let (code, status, message) = match kind {
        FaultKind::NoTargets => ("Ecs.0005", 400, "The request names no server."),
        FaultKind::TooManyTargets => ("Ecs.0118", 400, "The request names too many servers."),
        FaultKind::TooManyJobs => {
            ("Common.1503", 429, "Api flow control Error because too many tasks are in progress.")
        }
        FaultKind::TokenReused => {
            ("Ecs.0122", 400, "The client token was used with other parameters.")
        }
        FaultKind::TokenExpired => ("Ecs.0124", 400, "The client token has expired."),
        FaultKind::NotAllowed => ("Pdp.0001", 403, "Policy does not allow it to be performed."),
        FaultKind::Throttled => {
            ("APIGW.0308", 429, "The throttling threshold has been reached")
        }
        // No request of this dialect is of credentials.
        FaultKind::CredentialNotFound => ("Ecs.0000", 404, "The credential does not exist."),
        FaultKind::LastAdmin => ("Ecs.0000", 400, "The credential is the last one that may."),
        FaultKind::QuotaExceeded => ("Ecs.0001", 400, "The ECS quota is exceeded."),
        FaultKind::FlavorNotFound => ("Ecs.0029", 400, "The flavor does not exist."),
        FaultKind::ImageNotFound => ("Ecs.0031", 400, "The image does not exist."),
        FaultKind::ImageBusy => ("Ecs.0031", 400, "The image is not active."),
        FaultKind::NameInvalid => ("Ecs.0915", 400, "The name contains invalid characters."),
        FaultKind::OrdersInvalid => {
            ("Ecs.0005", 400, "The orders in X-Regiment-Orders cannot be carried out.")
        }
        FaultKind::JobNotFound => ("Common.0011", 400, "The job_id is invalid."),
        FaultKind::ServerNotFound => ("Ecs.0614", 404, "The ECS does not exist."),
        FaultKind::ServerBusy => {
            ("Ecs.0603", 501, "Another operation is running on the ECS. Try again in a minute.")
        }
        FaultKind::ServerRunning => {
            ("Ecs.0100", 400, "The ECS is running, which does not allow the operation.")
        }
        FaultKind::ServerStopped => {
            ("Ecs.0100", 400, "The ECS is stopped, which does not allow the operation.")
        }
        FaultKind::ServerBroken => {
            ("Ecs.0100", 400, "The ECS is in an error state, which does not allow the operation.")
        }
        FaultKind::ServerLocked => ("Ecs.0605", 400, "The ECS is locked."),
        FaultKind::ResizeUnconfirmed => (
            "Ecs.0100",
            400,
            "The resize of the ECS is not confirmed yet, which does not allow the operation.",
        ),
        FaultKind::NothingResized => {
            ("Ecs.0100", 400, "The ECS has no resize to confirm or take back.")
        }
        FaultKind::PasswordUnfit => (
            "Ecs.0011",
            400,
            "The password does not meet the complexity requirements of the operating system.",
        ),
        FaultKind::SameFlavor => ("Ecs.0810", 400, "The ECS already has the flavor."),
        FaultKind::FlavorTooSmall => ("Ecs.0804", 400, "The ECS cannot be given the flavor."),
        FaultKind::AddressInUse => ("Ecs.0010", 400, "The private IP address is in use."),
        FaultKind::AddressOutside => ("Ecs.0039", 400, "The IP address is not in the subnet."),
        FaultKind::SubnetFull => ("Ecs.0012", 400, "The subnet has no free IP address."),
        FaultKind::SubnetElsewhere => ("Ecs.0064", 400, "The subnet is not in the VPC."),
        FaultKind::NicNotFound => ("Ecs.0085", 400, "The ECS has no such NIC."),
        FaultKind::NicIsPrimary => ("Ecs.0005", 403, "The primary NIC cannot be deleted."),
        FaultKind::NicTaken => ("Ecs.0919", 400, "The port is in use."),
        FaultKind::TooManyNics => ("Ecs.0050", 400, "The NIC quota of the ECS is exceeded."),
        FaultKind::HasMoreNics => {
            ("Ecs.0014", 400, "The VPC of an ECS with more than one NIC cannot be changed.")
        }
        FaultKind::NotInSecurityGroup => ("Ecs.0014", 400, "The ECS is not in the security group."),
        FaultKind::LastSecurityGroup => ("Ecs.0014", 400, "An ECS must have a security group."),
        // This cloud's APIs that we speak order none of these, know no load balancers and give no
        // orders on jobs.
        FaultKind::AddressNotOnNic
        | FaultKind::PublicAddressNotFound
        | FaultKind::PublicAddressInUse
        | FaultKind::PublicAddressNotInUse
        | FaultKind::GatewayNotFound
        | FaultKind::GatewayExists
        | FaultKind::GatewayInUse
        | FaultKind::GatewayUnfit
        | FaultKind::NetworksOverlap
        | FaultKind::TranslationNotFound
        | FaultKind::TranslationExists
        | FaultKind::JobEnded
        | FaultKind::JobNotHeld
        | FaultKind::NothingToRetry
        | FaultKind::PasswordNeeded
        | FaultKind::BalancerNotFound
        | FaultKind::BalancerBusy
        | FaultKind::ListenerNotFound
        | FaultKind::PortInUse
        | FaultKind::ListenerUnfit
        | FaultKind::RuleNotFound
        | FaultKind::RuleExists
        | FaultKind::RedirectionUnfit
        | FaultKind::RedirectionNotFound
        | FaultKind::BackendNotFound
        // Nor do they change images, or key pairs of servers that are there.
        | FaultKind::ImageInUse
        | FaultKind::ImageShared
        | FaultKind::ImageNotOwn
        | FaultKind::ImageNameTaken
        | FaultKind::TooManyImages
        | FaultKind::KeyPairNotBound
        | FaultKind::KeyPairUnfit => ("Ecs.0000", 400, "Request error."),
        FaultKind::KeyPairNotFound => ("Ecs.0314", 400, "The key pair does not exist."),
        FaultKind::KeyPairExists => ("Ecs.0005", 400, "A key pair with this name exists."),
        FaultKind::VolumeNotFound => ("Ecs.0103", 400, "The disk does not exist."),
        FaultKind::VolumeInUse => ("Ecs.0103", 400, "The disk is not available for attaching."),
        FaultKind::VolumeAttached => ("Ecs.0057", 400, "The disk is attached to the ECS already."),
        FaultKind::VolumeNotAttached => ("Ecs.0111", 400, "The disk is not attached to the ECS."),
        FaultKind::VolumeNotShareable => ("Ecs.0005", 400, "The disk is not shareable."),
        FaultKind::VolumeElsewhere => {
            ("Ecs.0121", 400, "The disk and the ECS are in different AZs.")
        }
        FaultKind::TooManyVolumes => {
            ("Ecs.0104", 400, "The ECS has as many disks as can be attached to it.")
        }
        FaultKind::TooManySharers => {
            ("Ecs.0005", 400, "The disk is attached to as many ECSs as it can be.")
        }
        FaultKind::BootVolume => ("Ecs.0102", 400, "The system disk cannot be detached."),
        FaultKind::DeviceInUse => {
            ("Ecs.0005", 400, "The device name is used by another disk of the ECS.")
        }
        FaultKind::VolumeNotSmaller => {
            ("Ecs.0005", 400, "The new size of the disk must be greater than the old one.")
        }
        FaultKind::ZoneNotFound => ("Ecs.0005", 400, "The AZ does not exist."),
        FaultKind::TooManyTags => ("Ecs.0905", 400, "A server can have at most 10 tags."),
        FaultKind::TemplateNotFound => ("Ecs.0000", 404, "The launch template does not exist."),
        FaultKind::TemplateExists => ("Ecs.0005", 400, "A launch template with this name exists."),
        FaultKind::ScheduledEventNotFound => {
            ("Ecs.0000", 404, "The scheduled event does not exist.")
        }
        FaultKind::ScheduledEventStage => {
            ("Ecs.0100", 400, "The state of the scheduled event does not allow the operation.")
        }
        FaultKind::ScheduledEventTooLate => {
            ("Ecs.0005", 400, "not_before must be earlier than not_before_deadline.")
        }
        FaultKind::ServerGroupNotFound => ("Ecs.0313", 400, "The server group does not exist."),
        FaultKind::TooManyServerGroups => ("Ecs.0022", 400, "The server group quota is exceeded."),
        FaultKind::ServerGroupFull => {
            ("Ecs.0022", 400, "The quota of members of the server group is exceeded.")
        }
        FaultKind::InOtherServerGroup => ("Ecs.0005", 400, "The ECS is in another server group."),
        FaultKind::NotInServerGroup => ("Ecs.0005", 400, "The ECS is not in the server group."),
        FaultKind::NoCapacity => ("Ecs.0219", 400, "No valid host was found."),
        FaultKind::HostDown => ("Ecs.1001", 400, "The host of the ECS is down."),
        FaultKind::AgentMissing => {
            ("Ecs.0613", 400, "The password reset plug-in is not installed or does not answer.")
        }
        FaultKind::AgentRefused => {
            ("Ecs.0610", 400, "The password reset plug-in refused the password.")
        }
        FaultKind::StepFailed => ("Ecs.1000", 400, "The operation failed on the ECS."),
        FaultKind::StepTimedOut => ("Ecs.1002", 400, "The operation on the ECS timed out."),
        FaultKind::Unreachable => ("Ecs.1002", 400, "The host of the ECS does not answer."),
        FaultKind::StillRunning => ("Ecs.0603", 501, "The operation on the ECS is still running."),
        FaultKind::Cancelled => ("Common.0999", 400, "The task was cancelled before it was begun."),
        FaultKind::TooManyFailures => (
            "Common.0999",
            400,
            "The task was cancelled before it was begun, because too many others failed.",
        ),
        FaultKind::DeadlinePassed => (
            "Common.0999",
            400,
            "The task was cancelled before it was begun, because its deadline passed.",
        ),
        FaultKind::Internal => ("Common.0001", 500, "System exception."),
    };
    Row::new(code, status, message)
}

/// The code of an operation that was tried and failed.
fn code_of_failed(operation: &Operation) -> &'static str {
    match operation {
        Operation::Create(_) => "Ecs.0204",
        Operation::Delete(_) | Operation::Purge(_) => "Ecs.0501",
        Operation::Start(_) => "Ecs.0226",
        Operation::Reboot(_) => "Ecs.0227",
        Operation::ResetPassword(_) => "Ecs.0610",
        Operation::Resize(_) | Operation::RevertResize(_) => "Ecs.0207",
        Operation::AddNics(_) => "Ecs.0217",
        Operation::AttachVolume(_) => "Ecs.0205",
        Operation::CreateDisks(_) | Operation::DeleteDisks(_) | Operation::ExtendDisks(_) => {
            "EVS.5500"
        }
        Operation::DeleteNics(_) | Operation::MoveNic(_) => "Ecs.0507",
        Operation::Stop(_)
        | Operation::CrashDump(_)
        | Operation::DetachVolume(_)
        | Operation::Reinstall(_)
        | Operation::Rename(_)
        | Operation::ChangeNetwork(_)
        | Operation::Migrate(_)
        | Operation::Redeploy(_)
        | Operation::ChangeCharging(_)
        | Operation::ExtendVolumes(_)
        | Operation::ConfirmResize(_)
        | Operation::Lock(_)
        | Operation::Restore(_)
        | Operation::CreateLoadBalancers(_)
        | Operation::DeleteLoadBalancers(_)
        | Operation::CreateListeners(_)
        | Operation::RegisterBackends(_)
        | Operation::DeregisterBackends(_)
        | Operation::WeighBackends(_)
        | Operation::ReplaceCertificate(_)
        | Operation::ChangeLoadBalancer(_)
        | Operation::ChangeListener(_)
        | Operation::DeleteListeners(_)
        | Operation::RegisterMembers(_)
        | Operation::DeregisterMembers(_)
        | Operation::WeighMembers(_)
        | Operation::MakeImage(_)
        | Operation::CopyImages(_)
        | Operation::DeleteImages(_)
        | Operation::BindKeyPair(_)
        | Operation::MoveMembers(_)
        | Operation::CreateRules(_)
        | Operation::ChangeRule(_)
        | Operation::ChangeDomain(_)
        | Operation::DeleteRules(_)
        | Operation::Redirect(_)
        | Operation::RedirectToHttps(_)
        | Operation::EndRedirections(_)
        | Operation::Edit(_) => "Ecs.1000",
    }
}
