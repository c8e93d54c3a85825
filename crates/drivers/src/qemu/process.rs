//! A QEMU process, told apart from any other that may get its number later.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::process::Child;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use serde::{Deserialize, Serialize};
use tokio::io::unix::AsyncFd;

/// What names one process of this boot of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessId {
    pub pid: i32,
    /// When it began, in the kernel's own ticks.
    pub began: u64,
}

/// A process that runs, or ran when it was found.
#[derive(Debug)]
pub struct Process {
    id: ProcessId,
    handle: AsyncFd<OwnedFd>,
    /// One that we began has to be buried by us.
    child: Option<Child>,
}

impl Process {
    /// One just begun.
    pub fn of(mut child: Child) -> io::Result<Process> {
        let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
        let opened = open(pid).and_then(|handle| {
            let began = began(pid).ok_or_else(|| io::Error::other("it has ended"))?;
            Ok((ProcessId { pid, began }, handle))
        });
        match opened {
            Ok((id, handle)) => Ok(Process { id, handle: watch(handle)?, child: Some(child) }),
            Err(error) => {
                // Nobody would ever end or bury it.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// One begun by an earlier daemon, if it still runs.
    pub fn find(id: ProcessId) -> Option<Process> {
        let handle = open(id.pid).ok()?;
        // Asked only now: the handle keeps naming the same process, whatever becomes of the number.
        if began(id.pid) != Some(id.began) || ended(&handle) {
            return None;
        }
        Some(Process { id, handle: watch(handle).ok()?, child: None })
    }

    /// One that is known by its number alone, from a source that cannot be wrong about it.
    pub fn numbered(pid: i32) -> Option<Process> {
        Process::find(ProcessId { pid, began: began(pid)? })
    }

    pub const fn id(&self) -> ProcessId {
        self.id
    }

    pub fn is_gone(&self) -> bool {
        ended(self.handle.get_ref())
    }

    /// Resolves when it has ended.
    pub async fn gone(&self) {
        // The kernel makes the handle readable then. What fails here has no process behind it.
        if let Ok(mut ready) = self.handle.readable().await {
            ready.retain_ready();
        }
    }

    pub fn kill(&self) {
        // It may have ended by itself.
        let _ = pidfd_send_signal(self.handle.get_ref(), Signal::KILL);
    }

    /// Called once it is gone.
    pub fn bury(mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.wait();
        }
    }
}

/// Whether such a process runs, without keeping hold of it.
pub fn runs(id: ProcessId) -> bool {
    open(id.pid).is_ok_and(|handle| began(id.pid) == Some(id.began) && !ended(&handle))
}

fn open(pid: i32) -> io::Result<OwnedFd> {
    let pid = Pid::from_raw(pid).ok_or_else(|| io::Error::other("no process has this number"))?;
    Ok(pidfd_open(pid, PidfdFlags::empty())?)
}

#[expect(
    deprecated,
    reason = "what makes it unsound is a value whose descriptor can change; an owned one's cannot, \
              and its successor takes unsafe code"
)]
fn watch(handle: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(handle)
}

fn ended(handle: &OwnedFd) -> bool {
    let mut asked = [PollFd::new(handle, PollFlags::IN)];
    poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
}

/// The 22nd field of what the kernel says of a process; the 2nd is its name, in parentheses, and
/// may hold anything.
fn began(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[tokio::test]
    async fn the_end_of_a_process_is_noticed_and_its_number_is_not_enough() {
        let child = Command::new("sleep").arg("600").spawn().unwrap();
        let process = Process::of(child).unwrap();
        let id = process.id();
        assert!(runs(id) && !process.is_gone());
        assert!(!runs(ProcessId { began: id.began + 1, ..id }), "another that got its number");
        assert!(Process::find(ProcessId { began: id.began + 1, ..id }).is_none());
        let found = Process::find(id).unwrap();
        found.kill();
        process.gone().await;
        found.gone().await;
        assert!(process.is_gone() && Process::find(id).is_none());
        process.bury();
        assert!(!runs(id));
    }
}
