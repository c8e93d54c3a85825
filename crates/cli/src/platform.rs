//! Where this platform keeps a program's data.

use std::env;
use std::path::PathBuf;

/// The folder for our data, if the platform says where.
pub fn data_folder() -> Option<PathBuf> {
    let from = |name: &str| env::var_os(name).filter(|at| !at.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        from("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        env::home_dir().map(|home| home.join("Library/Application Support"))
    } else {
        from("XDG_DATA_HOME")
            .filter(|at| at.is_absolute())
            .or_else(|| env::home_dir().map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join("regiment"))
}
