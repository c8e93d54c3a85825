//! Programs of others: found, run with their arguments one by one, and explained when they are not
//! there or fail.

use std::ffi::OsStr;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use thiserror::Error;

/// A program, and the Debian package that brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    pub program: &'static str,
    pub package: &'static str,
}

pub const QEMU_IMG: Tool = Tool { program: "qemu-img", package: "qemu-utils" };

#[derive(Debug, Error)]
pub enum ToolError {
    #[error("{program} is not installed: apt-get install {package}")]
    Missing { program: &'static str, package: &'static str },
    #[error("{program} does not start: {error}")]
    Start { program: String, error: std::io::Error },
    #[error("{program} failed ({status}): {complaint}")]
    Failed { program: String, status: String, complaint: String },
}

/// What is kept of a program's complaint: its end, where the reason stands.
const COMPLAINT_MAX: usize = 2_000;

/// Where system programs are, whatever the caller's `PATH` says.
const SYSTEM_FOLDERS: &[&str] = &["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

impl Tool {
    pub fn find(self) -> Result<PathBuf, ToolError> {
        find(self.program)
            .ok_or(ToolError::Missing { program: self.program, package: self.package })
    }

    /// A command of this tool, to be given its arguments and to [`run`].
    pub fn command(self) -> Result<Command, ToolError> {
        self.find().map(Command::new)
    }
}

/// Where a program is.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = SYSTEM_FOLDERS.iter().map(PathBuf::from);
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .chain(system)
        .map(|folder| folder.join(program))
        .find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &std::path::Path) -> bool {
    file.is_file()
}

/// Runs a command to its end and gives what it printed.
pub fn run(command: &mut Command) -> Result<Vec<u8>, ToolError> {
    finish(command.stdin(Stdio::null()))
}

/// Runs a command that makes one file of another.
pub fn filter(command: &mut Command, input: File, output: File) -> Result<(), ToolError> {
    finish(command.stdin(input).stdout(output)).map(drop)
}

fn finish(command: &mut Command) -> Result<Vec<u8>, ToolError> {
    let program = short(command.get_program());
    // What it says is shown to people and matched by nobody, but its numbers should be as ours.
    let output = command.env("LC_ALL", "C").output();
    let output = output.map_err(|error| ToolError::Start { program: program.clone(), error })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim();
    let from = said.len().saturating_sub(COMPLAINT_MAX);
    let from = (from..said.len()).find(|at| said.is_char_boundary(*at)).unwrap_or(0);
    let complaint = if said.is_empty() { "it says nothing" } else { &said[from..] };
    Err(ToolError::Failed {
        program,
        status: output.status.to_string(),
        complaint: complaint.to_owned(),
    })
}

fn short(program: &OsStr) -> String {
    let path = std::path::Path::new(program);
    path.file_name().unwrap_or(program).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_installed_is_named_with_its_package() {
        let tool = Tool { program: "no-such-program", package: "no-such-package" };
        let error = tool.command().unwrap_err().to_string();
        assert_eq!(error, "no-such-program is not installed: apt-get install no-such-package");
    }

    #[cfg(unix)]
    #[test]
    fn a_failure_is_told_with_its_reason() {
        let error = run(Command::new("/bin/ls").arg("/no/such/folder")).unwrap_err().to_string();
        assert!(error.starts_with("ls failed (exit status: 2): "), "{error}");
        assert!(error.contains("No such file"), "{error}");
        assert!(find("ls").is_some_and(|path| path.is_absolute()));
    }
}
