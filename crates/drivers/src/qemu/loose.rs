//! Disks that were ordered by themselves: a file each, and a few words beside it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regiment_core::driver::{Done, DriverError, LooseDisk, Rejection};
use regiment_core::model::VolumeId;
use serde::{Deserialize, Serialize};

use super::folder;
use super::shared::Shared;

#[derive(Serialize, Deserialize)]
struct Row {
    volume: VolumeId,
    zone: Arc<str>,
    size_gib: u32,
    class: Arc<str>,
}

fn row_path(data: &Path, volume: VolumeId) -> PathBuf {
    data.join("disks").join(format!("{volume}.json"))
}

pub fn read_all(data: &Path) -> io::Result<BTreeMap<VolumeId, LooseDisk>> {
    let entries = match fs::read_dir(data.join("disks")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        entries => entries?,
    };
    let mut disks = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let Row { volume, zone, size_gib, class } = serde_json::from_slice(&fs::read(path)?)?;
        disks.insert(volume, LooseDisk { volume, zone, size_gib, class });
    }
    Ok(disks)
}

pub async fn ensure(shared: &Arc<Shared>, disk: LooseDisk) -> Result<Done, DriverError> {
    let (data, row) = (shared.config.data.clone(), disk.clone());
    let made = tokio::task::spawn_blocking(move || {
        folder::ensure_volume(&data, row.volume, row.size_gib)?;
        let LooseDisk { volume, zone, size_gib, class } = row;
        let row = Row { volume, zone, size_gib, class };
        let path = row_path(&data, volume);
        let draft = path.with_extension("new");
        fs::write(&draft, serde_json::to_vec(&row)?)?;
        fs::rename(draft, path)
    });
    settled(made.await)?;
    shared.state().loose.insert(disk.volume, disk);
    Ok(Done::default())
}

pub async fn remove(shared: &Arc<Shared>, volume: VolumeId) -> Result<Done, DriverError> {
    let with = shared.clone();
    settled(tokio::task::spawn_blocking(move || remove_now(&with, volume)).await)?;
    Ok(Done::default())
}

/// Whatever of a disk is there is gone.
pub fn remove_now(shared: &Shared, volume: VolumeId) -> io::Result<()> {
    let data = &shared.config.data;
    match fs::remove_file(row_path(data, volume)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    folder::remove_volume(data, volume)?;
    shared.state().loose.remove(&volume);
    Ok(())
}

fn settled(done: Result<io::Result<()>, tokio::task::JoinError>) -> Result<(), DriverError> {
    match done {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            Err(DriverError::Rejected(Rejection::Failed(format!("the disk: {error}").into())))
        }
        Err(_) => Err(DriverError::Unknown),
    }
}
