//! The daemons of this user on this machine, by the ready files that they leave where only this user
//! can look: in the folder for what runs now, which is in memory on most systems.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What the client needs of a ready file.
#[derive(Clone, Deserialize)]
pub struct Daemon {
    pub endpoint: String,
    pub tls_endpoint: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub access_key: String,
    pub secret_key: String,
    pub token: String,
    pub pid: i32,
}

impl Daemon {
    pub fn read(path: &Path) -> io::Result<Daemon> {
        serde_json::from_slice(&fs::read(path)?).map_err(io::Error::from)
    }

    pub fn answers_at(&self, endpoint: &str) -> bool {
        self.endpoint == endpoint || self.tls_endpoint.as_deref() == Some(endpoint)
    }
}

/// Where a daemon's ready file goes if nobody says where; nothing where there is no safe place.
pub fn ready_file() -> Option<PathBuf> {
    let folder = folder()?;
    make(&folder).ok()?;
    Some(folder.join(format!("{}.json", std::process::id())))
}

/// Those that run now.
pub fn daemons() -> Vec<Daemon> {
    let Some(folder) = folder().filter(|folder| is_ours(folder)) else { return Vec::new() };
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<Daemon> = entries
        .filter_map(|entry| Daemon::read(&entry.ok()?.path()).ok())
        .filter(|daemon| runs(daemon.pid))
        .collect();
    found.sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
    found
}

fn folder() -> Option<PathBuf> {
    let from = |name: &str| env::var_os(name).map(PathBuf::from).filter(|at| at.is_absolute());
    if cfg!(windows) {
        return from("LOCALAPPDATA").map(|base| base.join("regiment").join("run"));
    }
    from("XDG_RUNTIME_DIR").map(|runtime| runtime.join("regiment")).or_else(shared_folder)
}

/// Where there is no folder for what this user runs, one of the user's own among everybody's.
#[cfg(unix)]
fn shared_folder() -> Option<PathBuf> {
    let user = rustix::process::getuid().as_raw();
    Some(env::temp_dir()).map(|all| all.join(format!("regiment-{user}")))
}

#[cfg(not(unix))]
fn shared_folder() -> Option<PathBuf> {
    None
}

/// Makes the folder for this user's eyes alone. Others can make a folder of that name before us where
/// everybody may, so one that is there is looked at.
#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) if is_ours(folder) => Ok(()),
        Ok(()) | Err(_) => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn is_ours(folder: &Path) -> bool {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    fs::symlink_metadata(folder).is_ok_and(|about| {
        about.is_dir()
            && about.uid() == rustix::process::getuid().as_raw()
            && about.permissions().mode() & 0o777 == 0o700
    })
}

#[cfg(not(unix))]
fn is_ours(folder: &Path) -> bool {
    folder.is_dir()
}

/// One that was killed leaves its file behind.
#[cfg(unix)]
fn runs(pid: i32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
}

#[cfg(not(unix))]
fn runs(_pid: i32) -> bool {
    true
}
