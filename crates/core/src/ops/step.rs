use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Force, Operation};
use crate::model::{Power, Server, Time};

/// One idempotent thing the driver is asked to make true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    /// The server exists on some host, stopped, with its disk, shape and first password.
    Provision,
    Run,
    Stop(Force),
    /// The server was restarted once for this sub-job; the sub-job's number is the token by which
    /// the driver recognises a repeat.
    Reboot(Force),
    /// The server's kernel wrote down its memory and started anew, once for this sub-job.
    Crash,
    /// Nothing of the server is left.
    Remove,
    Shape,
    /// The server lives on another host than when the step began.
    Place,
    Password,
    /// The boot disk is a fresh one of this generation.
    Image,
    /// The server has the interfaces that its record will show once the job has succeeded.
    Nics,
    /// The server's data disks are those it is to have, no fewer and no more.
    Disks,
    /// The disk is there, as its record will say once the job has succeeded.
    Disk,
    /// Nothing of the disk is left.
    NoDisk,
    /// There is an image of the server's boot disk.
    Capture,
    /// The image is there, the same as the one it is a copy of.
    CopyImage,
    /// Nothing of the image is left.
    NoImage,
    /// The server lets in the key pair that its record will name once the job has succeeded, if any.
    Key,
    /// The load balancer does what its record says.
    Balance,
    /// Nothing of the load balancer is left.
    Unbalance,
}

impl Step {
    /// What is now true of the server, since the driver said the step is done.
    pub(crate) fn take_effect(
        self,
        operation: &Operation,
        server: &mut Server,
        placed_on: Option<&Arc<str>>,
        at: Time,
    ) {
        match self {
            Step::Provision => {
                server.power = Power::Stopped;
                server.image_generation = 1;
                server.password_generation = 1;
                server.host = placed_on.cloned();
            }
            Step::Run | Step::Reboot(_) | Step::Crash => {
                server.power = Power::Running;
                server.launched_at = Some(at);
                if let Some(host) = placed_on {
                    server.host = Some(host.clone());
                }
            }
            Step::Stop(_) => server.power = Power::Stopped,
            // A new flavor itself is counted against the quota: the world changes it.
            Step::Shape | Step::Place => {
                if let Some(host) = placed_on {
                    server.host = Some(host.clone());
                }
            }
            Step::Password => server.password_generation += 1,
            Step::Image => {
                if let Operation::Reinstall(reinstall) = operation
                    && let Some(image) = reinstall.image
                {
                    server.image = image;
                }
                server.image_generation += 1;
                server.power = Power::Stopped;
            }
            // Disks and images have records of their own, which the world changes with the server's.
            Step::Disks
            | Step::Nics
            | Step::Remove
            | Step::Disk
            | Step::NoDisk
            | Step::Capture
            | Step::CopyImage
            | Step::NoImage
            | Step::Key
            | Step::Balance
            | Step::Unbalance => {}
        }
        server.updated_at = at;
    }
}
