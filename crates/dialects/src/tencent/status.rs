//! The state of an instance as a number.

use regiment_core::model::{Activity, Phase, Power, Server};

/// The number of a server's state.
pub fn status(server: &Server) -> u32 {
    if let Some(busy) = server.busy {
        return match busy.activity {
            Activity::Creating => 3,
            Activity::Deleting => 6,
            Activity::Starting => 8,
            Activity::Stopping => 9,
            Activity::Rebooting | Activity::RebootingHard => 7,
            Activity::ResettingPassword => 10,
            Activity::Resizing | Activity::RevertingResize | Activity::ExtendingVolumes => 19,
            Activity::Reinstalling => 14,
            Activity::MakingImage => 12,
            Activity::BindingKeyPair | Activity::UnbindingKeyPair => 20,
            // What takes no time, and what this cloud has no number for.
            Activity::Renaming
            | Activity::ChangingNics
            | Activity::Dumping
            | Activity::Migrating
            | Activity::Charging
            | Activity::AttachingVolume
            | Activity::DetachingVolume
            | Activity::ConfirmingResize
            | Activity::Locking
            | Activity::Restoring => at_rest(server),
        };
    }
    at_rest(server)
}

const fn at_rest(server: &Server) -> u32 {
    match (server.phase, server.power) {
        (Phase::Broken, _) => 1,
        (Phase::Creating, _) => 3,
        (Phase::Ready, Power::Running) => 2,
        (Phase::Ready, Power::Stopped) => 4,
    }
}
