//! Where this platform keeps what a program has: data and settings.

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

/// Where the contexts are kept, if the platform says where settings go.
pub fn contexts_file() -> Option<PathBuf> {
    let from = |name: &str| env::var_os(name).filter(|at| !at.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        from("APPDATA")
    } else if cfg!(target_os = "macos") {
        env::home_dir().map(|home| home.join("Library/Application Support"))
    } else {
        from("XDG_CONFIG_HOME")
            .filter(|at| at.is_absolute())
            .or_else(|| env::home_dir().map(|home| home.join(".config")))
    };
    base.map(|base| base.join("regiment").join("contexts.toml"))
}
