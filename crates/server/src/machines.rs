//! What stands behind the plane: the driver that the configuration asks for, on this machine.

use std::path::Path;
use std::sync::Arc;

use regiment_core::driver::Driver;
use regiment_core::model::{Host, Image, Time};
use regiment_drivers::images::Library;
use regiment_drivers::sim::{SimConfig, SimDriver};

use crate::catalog;
use crate::config::{Config, Machines};
use crate::seed;
use crate::start::StartError;
use crate::vault::KeyVault;

/// A driver, and the images that its servers can be made from.
pub struct Behind {
    pub driver: Box<dyn Driver>,
    /// The same, where it is a simulated fleet.
    pub simulated: Option<SimDriver>,
    pub images: Vec<Image>,
    /// Where they come from, if that may change while the server runs.
    pub library: Option<Library>,
    /// Servers made at the first start.
    pub fleet: u32,
}

/// Makes the driver.
pub fn open(
    config: &Config,
    data: Option<&Path>,
    vault: &Arc<KeyVault>,
    seed: u64,
    now: Time,
) -> Result<Behind, StartError> {
    match &config.machines {
        Machines::Simulated => simulated(config, seed, now),
        #[cfg(target_os = "linux")]
        Machines::Real(real) => real::open(config, real, data, vault, now),
        #[cfg(not(target_os = "linux"))]
        Machines::Real(_) => {
            let _ = (data, vault);
            Err(StartError::Machines("they need Linux".to_owned()))
        }
    }
}

fn simulated(config: &Config, seed: u64, now: Time) -> Result<Behind, StartError> {
    let zones = seed::zones(&config.region);
    let mut sim = SimConfig {
        pace: config.pace,
        seed,
        stubborn: config.stubborn,
        ..SimConfig::for_zones(zones)
    };
    take_out_of_service(&mut sim.hosts, config, now)?;
    let driver = SimDriver::new(sim);
    Ok(Behind {
        driver: Box::new(driver.clone()),
        simulated: Some(driver),
        images: catalog::images(),
        library: None,
        fleet: config.fleet,
    })
}

/// Says of some hosts when they leave.
fn take_out_of_service(hosts: &mut [Host], config: &Config, now: Time) -> Result<(), StartError> {
    for leaving in &config.maintain {
        let name = &leaving.host;
        let Some(host) = hosts.iter_mut().find(|host| *host.name == **name) else {
            let known: Vec<&str> = hosts.iter().map(|host| &*host.name).collect();
            return Err(StartError::NoSuchHost(name.clone(), known.join(", ")));
        };
        let notice_ms = i64::try_from(leaving.notice.as_millis()).unwrap_or(i64::MAX);
        host.leaves_at = Some(Time(now.0.saturating_add(notice_ms)));
    }
    Ok(())
}

#[cfg(target_os = "linux")]
mod real {
    use std::fs;
    use std::thread::available_parallelism;

    use regiment_drivers::images::{Library, StoredImage};
    use regiment_drivers::qemu::probe::{self, Way};
    use regiment_drivers::qemu::{Patience, QemuConfig, QemuDriver, Reach, check_programs};

    use super::{Arc, Behind, Config, Host, KeyVault, Path, StartError, Time, take_out_of_service};
    use crate::config::{Acceleration, GuestNetwork, HostShare, Overcommit, RealMachines};

    pub fn open(
        config: &Config,
        real: &RealMachines,
        data: Option<&Path>,
        vault: &Arc<KeyVault>,
        now: Time,
    ) -> Result<Behind, StartError> {
        let trouble = |error: String| StartError::Machines(error);
        let Some(data) = data else {
            return Err(trouble("they are kept in a data folder, and there is none".to_owned()));
        };
        // The processes of machines go elsewhere than the daemon.
        let data = data.canonicalize().map_err(|error| trouble(error.to_string()))?;
        let cores = available_parallelism().map_or(1, std::num::NonZero::get);
        let mut hosts = hosts(config, real, cores);
        take_out_of_service(&mut hosts, config, now)?;
        let qemu = QemuConfig {
            data: data.clone(),
            qemu: real.qemu.clone(),
            qemu_img: real.qemu_img.clone(),
            way: way(real.acceleration, &data)?,
            hosts,
            boots_max: cores,
            reach: match real.network {
                GuestNetwork::Closed => Reach::Closed,
                GuestNetwork::Open => Reach::Open,
            },
            patience: Patience::default(),
            vault: vault.clone(),
        };
        check_programs(&qemu).map_err(trouble)?;
        let library = Library::of(&data);
        let listing = library.list().map_err(|error| trouble(error.to_string()))?;
        for (folder, why) in &listing.damaged {
            tracing::warn!("the image in {} is left out: {why}", folder.display());
        }
        let driver = QemuDriver::open(qemu).map_err(|error| trouble(error.to_string()))?;
        Ok(Behind {
            driver: Box::new(driver),
            simulated: None,
            images: listing.images.iter().map(StoredImage::as_offered).collect(),
            library: Some(library),
            fleet: 0,
        })
    }

    /// The way that was asked for, or the one by which a guest was seen to boot here.
    fn way(asked: Acceleration, data: &Path) -> Result<Way, StartError> {
        match asked {
            Acceleration::Kvm => Ok(Way::Kvm),
            Acceleration::Tcg => Ok(Way::Tcg),
            Acceleration::Auto => {
                let found = probe::recall(data);
                let found = found.map_err(|error| StartError::Machines(error.to_string()))?;
                tracing::info!("guests run under {}: {}", found.way.name(), found.why);
                Ok(found.way)
            }
        }
    }

    /// This machine as one host, or the shares of it that were named.
    fn hosts(config: &Config, real: &RealMachines, cores: usize) -> Vec<Host> {
        let whole = || HostShare {
            name: own_name(),
            vcpus: u32::try_from(cores).unwrap_or(u32::MAX),
            ram_mib: ram_mib(),
        };
        let shares = if real.hosts.is_empty() { vec![whole()] } else { real.hosts.clone() };
        let zone: Arc<str> = format!("{}a", config.region).into();
        let Overcommit { vcpus: of_vcpus, ram: of_ram } = real.overcommit;
        let host = |share: HostShare| Host {
            name: share.name.into(),
            zone: zone.clone(),
            vcpus: times(share.vcpus, of_vcpus),
            ram_mib: times(share.ram_mib, of_ram),
            up: true,
            leaves_at: None,
        };
        shares.into_iter().map(host).collect()
    }

    /// Ratios are in hundredths.
    fn times(size: u32, ratio: u32) -> u32 {
        u32::try_from(u64::from(size) * u64::from(ratio) / 100).unwrap_or(u32::MAX)
    }

    fn own_name() -> String {
        let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let name = name.trim();
        if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
    }

    fn ram_mib() -> u32 {
        let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let kib = total.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        u32::try_from(kib.unwrap_or(0) / 1024).unwrap_or(u32::MAX)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_machine_is_one_host_or_the_shares_that_were_named() {
            let config = Config::default();
            let mut real = RealMachines {
                overcommit: Overcommit { vcpus: 450, ram: 100 },
                ..RealMachines::default()
            };
            let one = hosts(&config, &real, 2);
            assert_eq!((one.len(), one[0].vcpus, &*one[0].zone), (1, 9, "cn-north-4a"));
            assert!(one[0].ram_mib > 64);
            let share = |name: &str| HostShare { name: name.to_owned(), vcpus: 2, ram_mib: 512 };
            real.hosts = vec![share("n1"), share("n2")];
            let two = hosts(&config, &real, 64);
            assert_eq!((two.len(), two[1].vcpus, two[1].ram_mib), (2, 9, 512));
            assert_eq!(&*two[1].name, "n2");
        }
    }
}
