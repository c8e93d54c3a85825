//! What a server is and does, in this vendor's words.

use regiment_core::model::{Activity, Last, Phase, Power, Server};

/// A state that passes: its word, and its name in codes and in Chinese.
pub struct Passing {
    pub word: &'static str,
    pub code: &'static str,
    pub chinese: &'static str,
}

/// `InstanceState`.
pub const fn state(server: &Server) -> &'static str {
    if let Some(passing) = passing(server) {
        return passing.word;
    }
    match (server.phase, server.power) {
        (Phase::Creating, _) => "PENDING",
        (Phase::Broken, _) => "LAUNCH_FAILED",
        (Phase::Ready, Power::Running) => "RUNNING",
        (Phase::Ready, Power::Stopped) => "STOPPED",
    }
}

/// The state that a server is passing through. While anything else is done it shows what it was.
pub const fn passing(server: &Server) -> Option<Passing> {
    let Some(busy) = server.busy else { return None };
    let (word, code, chinese) = match busy.activity {
        Activity::Creating => ("PENDING", "Pending", "创建中"),
        Activity::Starting => ("STARTING", "Starting", "开机中"),
        Activity::Stopping => ("STOPPING", "Stopping", "关机中"),
        Activity::Rebooting | Activity::RebootingHard => ("REBOOTING", "Rebooting", "重启中"),
        Activity::Deleting => ("TERMINATING", "Terminating", "销毁中"),
        Activity::ResettingPassword
        | Activity::Dumping
        | Activity::Resizing
        | Activity::Reinstalling
        | Activity::Renaming
        | Activity::ChangingNics
        | Activity::AttachingVolume
        | Activity::Charging
        | Activity::DetachingVolume
        | Activity::ExtendingVolumes
        | Activity::Migrating
        | Activity::ConfirmingResize
        | Activity::RevertingResize
        | Activity::Locking
        | Activity::Restoring
        | Activity::MakingImage
        | Activity::BindingKeyPair
        | Activity::UnbindingKeyPair => return None,
    };
    Some(Passing { word, code, chinese })
}

/// `LatestOperation`: the action by which this vendor's clients know it.
pub const fn operation(last: &Last) -> &'static str {
    match last.activity {
        Activity::Creating => "RunInstances",
        Activity::Deleting => "TerminateInstances",
        Activity::Starting => "StartInstances",
        Activity::Stopping => "StopInstances",
        Activity::Rebooting | Activity::RebootingHard | Activity::Dumping => "RebootInstances",
        Activity::ResettingPassword => "ResetInstancesPassword",
        Activity::Resizing | Activity::ConfirmingResize | Activity::RevertingResize => {
            "ResetInstancesType"
        }
        Activity::Reinstalling => "ResetInstance",
        Activity::Renaming | Activity::Locking => "ModifyInstancesAttribute",
        Activity::ChangingNics => "ModifyInstancesVpcAttribute",
        Activity::AttachingVolume => "AttachDisks",
        Activity::DetachingVolume => "DetachDisks",
        Activity::ExtendingVolumes => "ResizeInstanceDisks",
        Activity::Charging => "ModifyInstancesChargeType",
        Activity::Migrating => "MigrateInstances",
        Activity::Restoring => "RestoreInstances",
        Activity::MakingImage => "CreateImage",
        Activity::BindingKeyPair => "AssociateInstancesKeyPairs",
        Activity::UnbindingKeyPair => "DisassociateInstancesKeyPairs",
    }
}

/// `LatestOperationState`.
pub const fn outcome(last: &Last) -> &'static str {
    match (last.ended, &last.fault) {
        (false, _) => "OPERATING",
        (true, None) => "SUCCESS",
        (true, Some(_)) => "FAILED",
    }
}
