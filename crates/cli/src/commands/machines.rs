//! What `serve` is told of the machines behind the plane.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use regiment_server::config::{
    Acceleration, GuestNetwork, HostShare, Machines, Overcommit, RealMachines,
};

#[derive(Args)]
#[command(next_help_heading = "Real machines")]
pub struct MachineOptions {
    /// What servers are: simulated, or real machines on QEMU
    #[arg(long, env = "REGIMENT_DRIVER", value_name = "sim|qemu", default_value = "sim")]
    driver: Driver,

    /// How guests are run: by this machine's processor (kvm), translated (tcg), which works
    /// everywhere and is slow, or whichever a small guest is seen to boot by (auto)
    #[arg(long, env = "REGIMENT_ACCELERATOR", value_name = "auto|kvm|tcg", default_value = "auto")]
    accelerator: Accelerator,

    /// Place servers on this share of this machine, as its name, vCPUs and GiB; may be given several
    /// times [default: all of it]
    #[arg(long, env = "REGIMENT_HOST", value_name = "NAME:VCPUS:GIB", value_delimiter = ',',
          value_parser = read_host)]
    host: Vec<HostShare>,

    /// Give away so many vCPUs for each one there is, and so many GiB
    #[arg(long, env = "REGIMENT_OVERCOMMIT", value_name = "VCPUS[:GIB]", default_value = "8:1",
          value_parser = read_overcommit)]
    overcommit: Overcommit,

    /// What guests reach: nothing (closed), or all that this machine reaches, its own services
    /// included (open)
    #[arg(
        long,
        env = "REGIMENT_GUEST_NETWORK",
        value_name = "closed|open",
        default_value = "closed"
    )]
    guest_network: Network,

    /// The program that runs a machine
    #[arg(
        long,
        env = "REGIMENT_QEMU",
        value_name = "PROGRAM",
        default_value = "qemu-system-x86_64"
    )]
    qemu: PathBuf,

    /// The program that makes its disk
    #[arg(long, env = "REGIMENT_QEMU_IMG", value_name = "PROGRAM", default_value = "qemu-img")]
    qemu_img: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Driver {
    Sim,
    Qemu,
}

#[derive(Clone, Copy, ValueEnum)]
enum Accelerator {
    Auto,
    Kvm,
    Tcg,
}

#[derive(Clone, Copy, ValueEnum)]
enum Network {
    Closed,
    Open,
}

impl MachineOptions {
    pub fn machines(self) -> Machines {
        let MachineOptions { driver, accelerator, host, overcommit, guest_network, qemu, qemu_img } =
            self;
        match driver {
            Driver::Sim => Machines::Simulated,
            Driver::Qemu => Machines::Real(RealMachines {
                qemu,
                qemu_img,
                acceleration: match accelerator {
                    Accelerator::Auto => Acceleration::Auto,
                    Accelerator::Kvm => Acceleration::Kvm,
                    Accelerator::Tcg => Acceleration::Tcg,
                },
                hosts: host,
                overcommit,
                network: match guest_network {
                    Network::Closed => GuestNetwork::Closed,
                    Network::Open => GuestNetwork::Open,
                },
            }),
        }
    }
}

fn read_host(text: &str) -> Result<HostShare, String> {
    let read = || {
        let mut parts = text.split(':');
        let (name, vcpus, gib) = (parts.next()?, parts.next()?, parts.next()?);
        let named =
            !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control());
        let (vcpus, gib): (u32, u32) = (vcpus.parse().ok()?, gib.parse().ok()?);
        let whole = parts.next().is_none() && named && vcpus > 0 && gib > 0;
        let ram_mib = gib.checked_mul(1024)?;
        whole.then(|| HostShare { name: name.to_owned(), vcpus, ram_mib })
    };
    read().ok_or_else(|| "expected a name, vCPUs and GiB: rack-1:16:64".to_owned())
}

fn read_overcommit(text: &str) -> Result<Overcommit, String> {
    let (vcpus, ram) = text.split_once(':').unwrap_or((text, "1"));
    match (hundredths(vcpus), hundredths(ram)) {
        (Some(vcpus), Some(ram)) => Ok(Overcommit { vcpus, ram }),
        (None, _) | (_, None) => Err("expected one or two ratios: 4, 4:1.5".to_owned()),
    }
}

/// A ratio with up to two decimals, larger than nothing.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if part.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let scale = if part.len() == 1 { 10 } else { 1 };
    let ratio = whole.parse::<u32>().ok()?.checked_mul(100)?;
    ratio.checked_add(part.parse::<u32>().ok()? * scale).filter(|ratio| *ratio > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_and_two_numbers() {
        let host = read_host("rack-1:16:64").unwrap();
        assert_eq!((&*host.name, host.vcpus, host.ram_mib), ("rack-1", 16, 65_536));
        for bad in ["", "a", "a:1", ":1:1", "a:0:1", "a:1:0", "a:1:1:1", "a b:1:1", "a:1:9999999"] {
            assert!(read_host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn overcommit_is_one_ratio_or_two() {
        let read = |text| read_overcommit(text).map(|one| (one.vcpus, one.ram));
        assert_eq!(read("4"), Ok((400, 100)));
        assert_eq!(read("4.5:1.25"), Ok((450, 125)));
        for bad in ["", "0", "4:", ":1", "-1", "1.234", "x", "99999999999"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
