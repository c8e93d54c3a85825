//! What a server is doing, in this cloud's three words for it.

use regiment_core::model::{Activity, Phase, Power, Server};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub status: &'static str,
    pub vm: &'static str,
    pub task: Option<&'static str>,
    /// 0 unknown, 1 running, 4 shut down.
    pub power: u8,
}

/// `status` follows from the other two, as the cloud computes it: a server being stopped still is
/// ACTIVE, one being deleted keeps its status.
pub(super) fn of(server: &Server) -> State {
    let activity = server.busy.map(|busy| busy.activity);
    let (status, vm, task, power) = match (server.phase, server.power) {
        (Phase::Creating, _) => ("BUILD", "building", Some("spawning"), 0),
        (Phase::Broken, _) => match activity {
            Some(Activity::Deleting) => ("ERROR", "error", Some("deleting"), 0),
            Some(Activity::Reinstalling) => ("REBUILD", "error", Some("rebuilding"), 0),
            Some(
                Activity::Creating
                | Activity::Starting
                | Activity::Stopping
                | Activity::Rebooting
                | Activity::RebootingHard
                | Activity::Dumping
                | Activity::ResettingPassword
                | Activity::Resizing
                | Activity::Renaming
                | Activity::ChangingNics
                | Activity::Migrating
                | Activity::Charging
                | Activity::AttachingVolume
                | Activity::DetachingVolume
                | Activity::ExtendingVolumes
                | Activity::ConfirmingResize
                | Activity::RevertingResize
                | Activity::Locking
                | Activity::Restoring
                | Activity::MakingImage
                | Activity::BindingKeyPair
                | Activity::UnbindingKeyPair,
            )
            | None => ("ERROR", "error", None, 0),
        },
        // Only an active server can be migrating, says the cloud's table: what a stopped one shows
        // on its way is its power.
        (Phase::Ready, power) if activity == Some(Activity::Migrating) => {
            ("MIGRATING", "active", Some("migrating"), number_of(power))
        }
        // Also when the old flavor is there again and only the start is left.
        (Phase::Ready, power) if activity == Some(Activity::RevertingResize) => {
            ("REVERT_RESIZE", "resized", Some("resize_reverting"), number_of(power))
        }
        (Phase::Ready, power)
            if server.details.resized_from.is_some() && activity != Some(Activity::Resizing) =>
        {
            // The cloud's table has no row for it while it is deleted, and says so of all it lacks.
            let (status, task) = match activity {
                Some(Activity::Deleting) => ("UNKNOWN", Some("deleting")),
                Some(_) | None => ("VERIFY_RESIZE", None),
            };
            (status, "resized", task, number_of(power))
        }
        (Phase::Ready, Power::Running) => {
            let (status, task) = running(activity);
            (status, "active", task, number_of(Power::Running))
        }
        (Phase::Ready, Power::Stopped) => {
            let (status, task) = stopped(activity);
            (status, "stopped", task, number_of(Power::Stopped))
        }
    };
    State { status, vm, task, power }
}

const fn number_of(power: Power) -> u8 {
    match power {
        Power::Running => 1,
        Power::Stopped => 4,
    }
}

fn running(activity: Option<Activity>) -> (&'static str, Option<&'static str>) {
    match activity {
        // A resize of a running server begins by stopping it.
        Some(Activity::Stopping | Activity::Resizing) => ("ACTIVE", Some("powering-off")),
        Some(Activity::Deleting) => ("ACTIVE", Some("deleting")),
        Some(Activity::Rebooting) => ("REBOOT", Some("rebooting")),
        Some(Activity::RebootingHard) => ("HARD_REBOOT", Some("rebooting_hard")),
        Some(Activity::Reinstalling) => ("REBUILD", Some("rebuilding")),
        Some(Activity::MakingImage) => ("ACTIVE", Some("image_snapshot")),
        Some(
            Activity::Creating
            | Activity::Starting
            | Activity::Dumping
            | Activity::ResettingPassword
            | Activity::Renaming
            | Activity::ChangingNics
            | Activity::Migrating
            | Activity::Charging
            | Activity::AttachingVolume
            | Activity::DetachingVolume
            | Activity::ExtendingVolumes
            | Activity::ConfirmingResize
            | Activity::RevertingResize
            | Activity::Locking
            | Activity::Restoring
            | Activity::BindingKeyPair
            | Activity::UnbindingKeyPair,
        )
        | None => ("ACTIVE", None),
    }
}

fn stopped(activity: Option<Activity>) -> (&'static str, Option<&'static str>) {
    match activity {
        Some(Activity::Starting) => ("SHUTOFF", Some("powering-on")),
        Some(Activity::Deleting) => ("SHUTOFF", Some("deleting")),
        Some(Activity::Resizing) => ("RESIZE", Some("resize_migrating")),
        Some(Activity::Reinstalling) => ("REBUILD", Some("rebuilding")),
        Some(Activity::MakingImage) => ("SHUTOFF", Some("image_snapshot")),
        Some(
            Activity::Creating
            | Activity::Stopping
            | Activity::Rebooting
            | Activity::RebootingHard
            | Activity::Dumping
            | Activity::ResettingPassword
            | Activity::Renaming
            | Activity::ChangingNics
            | Activity::Migrating
            | Activity::Charging
            | Activity::AttachingVolume
            | Activity::DetachingVolume
            | Activity::ExtendingVolumes
            | Activity::ConfirmingResize
            | Activity::RevertingResize
            | Activity::Locking
            | Activity::Restoring
            | Activity::BindingKeyPair
            | Activity::UnbindingKeyPair,
        )
        | None => ("SHUTOFF", None),
    }
}

/// Whether a server of this status is one that the filter asks for.
pub(super) fn matches(filter: &str, status: &str) -> bool {
    let also: &[&str] = match filter {
        "ACTIVE" => &["REBOOT", "HARD_REBOOT", "REBUILD", "MIGRATING", "RESIZE"],
        "SHUTOFF" => &["RESIZE", "REBUILD"],
        "ERROR" => &["REBUILD"],
        "VERIFY_RESIZE" => &["REVERT_RESIZE"],
        _ => &[],
    };
    filter == status || also.contains(&status)
}
