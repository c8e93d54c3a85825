//! What the system lets one process have.

/// Asks for as many open files as this user may have: each connection is one, and the usual first
/// offer is 1,024.
#[cfg(unix)]
pub fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let offered = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: offered.maximum, maximum: offered.maximum };
    // Whoever refuses leaves us with what we have.
    let _ = setrlimit(Resource::Nofile, wanted);
}

#[cfg(not(unix))]
pub fn raise_open_files() {}
