//! What real machines need, and whether it is here: for whoever wonders why a machine does not start,
//! or starts slowly.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::probe::{self, QEMU, Way};
use crate::images::Library;
use crate::images::tools::{QEMU_IMG, Tool, run};

/// Less than this and the next machine may find no room for what its guest writes.
const SPACE_WANTED: u64 = 4 << 30;
/// What one small machine takes where every instruction is translated.
const MEMORY_OF_A_MACHINE: u64 = 160 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// Machines run, but not as they could.
    Warn,
    /// No machine runs.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub name: &'static str,
    pub state: State,
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, found: impl Into<String>) -> Finding {
        Finding { name, state: State::Ok, found: found.into(), advice: None }
    }

    fn warn(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { name, state: State::Warn, found: found.into(), advice: Some(advice.into()) }
    }

    fn bad(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { name, state: State::Bad, found: found.into(), advice: Some(advice.into()) }
    }
}

/// Looks at everything, and boots a guest. The data folder is there.
pub fn examine(data: &Path, listen: SocketAddr) -> Vec<Finding> {
    let mut findings = qemu(data);
    findings.push(qemu_img());
    findings.push(user());
    findings.push(starters());
    findings.push(space(data));
    findings.push(memory());
    findings.extend(ports(listen));
    findings.push(images(data));
    findings.push(building());
    findings
}

fn install(packages: &str) -> String {
    format!("apt-get install --no-install-recommends {packages}")
}

/// QEMU itself, and how a guest runs on it.
fn qemu(data: &Path) -> Vec<Finding> {
    let Ok(path) = QEMU.find() else {
        return vec![Finding::bad("QEMU", "not installed", install(QEMU.package))];
    };
    match probe::probe(data) {
        Ok(found) => {
            let probe::Circumstances { qemu, version, boot: _, device: _, user: _ } =
                &found.circumstances;
            let first = Finding::ok("QEMU", format!("{version}, {}", qemu.display()));
            let booted = found.booted_ms.map_or_else(
                || "no guest was tried".to_owned(),
                |ms| format!("a guest booted in {}.{} s", ms / 1000, ms % 1000 / 100),
            );
            let way = format!("{}; {booted}", found.way.name());
            let mut findings = vec![first];
            findings.push(match found.way {
                Way::Kvm => Finding::ok("accelerator", way),
                Way::Tcg => {
                    let advice = if found.why.contains("Permission denied") {
                        "let a group use the device: chgrp kvm /dev/kvm && chmod 660 /dev/kvm"
                    } else {
                        "machines run all the same, with every instruction translated"
                    };
                    Finding::warn("accelerator", format!("{way}; {}", found.why), advice)
                }
            });
            if found.booted_ms.is_some() {
                let sandbox = "system calls filtered, no new rights; the guest booted within";
                findings.push(Finding::ok("sandbox", sandbox));
            }
            findings
        }
        Err(error) => {
            let again = format!("{} again, or another version of it", install(QEMU.package));
            vec![
                Finding::ok("QEMU", path.display().to_string()),
                Finding::bad("accelerator", error.to_string(), again),
            ]
        }
    }
}

fn qemu_img() -> Finding {
    let said = QEMU_IMG.command().and_then(|mut command| run(command.arg("--version")));
    match said {
        Ok(said) => {
            let said = String::from_utf8_lossy(&said).into_owned();
            let line = said.lines().next().unwrap_or_default().to_owned();
            Finding::ok("qemu-img", line.trim_start_matches("qemu-img version ").to_owned())
        }
        Err(_) => Finding::bad("qemu-img", "not installed", install(QEMU_IMG.package)),
    }
}

fn user() -> Finding {
    let user = rustix::process::geteuid();
    if user.is_root() {
        Finding::ok("user", "root; machines run as users of their own, without rights")
    } else {
        Finding::ok("user", format!("{}; machines run as the same user", user.as_raw()))
    }
}

fn starters() -> Finding {
    let starters = probe::starters();
    let missing: Vec<&Tool> =
        starters.iter().filter(|(_, path)| path.is_none()).map(|(tool, _)| tool).collect();
    match missing.first() {
        Some(tool) => {
            Finding::bad("starters", format!("no {}", tool.program), install(tool.package))
        }
        None => {
            let names: Vec<&str> = starters.iter().map(|(tool, _)| tool.program).collect();
            Finding::ok("starters", names.join(", "))
        }
    }
}

fn gib(bytes: u64) -> String {
    let tenths = (u128::from(bytes) * 10) >> 30;
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

fn space(data: &Path) -> Finding {
    match rustix::fs::statvfs(data) {
        Ok(about) => {
            let free = about.f_bavail.saturating_mul(about.f_frsize);
            let found = format!("{} free in {}", gib(free), data.display());
            if free >= SPACE_WANTED {
                Finding::ok("space", found)
            } else {
                let advice =
                    format!("make room, or name another folder: {} are wanted", gib(SPACE_WANTED));
                Finding::warn("space", found, advice)
            }
        }
        Err(error) => Finding::bad(
            "space",
            format!("{}: {error}", data.display()),
            "name a folder with --data",
        ),
    }
}

fn memory() -> Finding {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let free = available(&text);
    let found = format!(
        "{} free: about {} of the smallest machines",
        gib(free),
        free / MEMORY_OF_A_MACHINE
    );
    if free >= 4 * MEMORY_OF_A_MACHINE {
        Finding::ok("memory", found)
    } else {
        Finding::warn("memory", found, "end something else")
    }
}

/// Bytes that programs can still have.
fn available(meminfo: &str) -> u64 {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0).saturating_mul(1024)
}

/// Where the API is served, and whether there are ports to forward to servers.
fn ports(listen: SocketAddr) -> Vec<Finding> {
    let served = match TcpListener::bind(listen) {
        Ok(_) => Finding::ok("port", format!("{listen} is free")),
        Err(error) => Finding::warn(
            "port",
            format!("{listen}: {error}"),
            "if that is no regiment of yours, serve elsewhere with --listen",
        ),
    };
    let forwarded = match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) {
        Ok(_) => Finding::ok("forwarding", "the system gives ports for the servers' SSH"),
        Err(error) => {
            Finding::bad("forwarding", error.to_string(), "see net.ipv4.ip_local_port_range")
        }
    };
    vec![served, forwarded]
}

fn images(data: &Path) -> Finding {
    const BUILD: &str = "regiment image build debian";
    match Library::of(data).list() {
        Ok(listing) if !listing.damaged.is_empty() => {
            let (path, why): &(PathBuf, String) = &listing.damaged[0];
            let found = format!("{} damaged: {}: {why}", listing.damaged.len(), path.display());
            Finding::warn("images", found, "regiment image rm ID")
        }
        Ok(listing) if listing.images.is_empty() => Finding::warn("images", "none", BUILD),
        Ok(listing) => {
            let names: Vec<&str> =
                listing.images.iter().map(|image| image.manifest.name.as_str()).collect();
            Finding::ok("images", names.join(", "))
        }
        Err(error) => Finding::bad("images", error.to_string(), BUILD),
    }
}

/// Whether images can be built here. Machines run without.
fn building() -> Finding {
    let mut missing: Vec<&str> = crate::images::debian::TOOLS
        .iter()
        .filter(|tool| tool.find().is_err())
        .map(|tool| tool.package)
        .collect();
    missing.dedup();
    match missing.as_slice() {
        [] if rustix::process::geteuid().is_root() => {
            Finding::ok("building", "images can be built")
        }
        [] => Finding::warn("building", "images are built by root alone", "build as root"),
        missing => {
            let found = format!("not installed: {}", missing.join(", "));
            Finding::warn("building", found, install(&missing.join(" ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_what_the_kernel_says() {
        let text = "MemTotal:       24000000 kB\nMemAvailable:    2097152 kB\n";
        assert_eq!(available(text), 2 << 30);
        assert_eq!(available("something else"), 0);
        assert_eq!(gib(available(text)), "2.0 GiB");
    }

    #[test]
    fn a_port_that_somebody_has_is_told() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        assert_eq!(ports(address)[0].state, State::Warn);
        drop(taken);
        assert_eq!(ports(address)[0].state, State::Ok);
    }
}
