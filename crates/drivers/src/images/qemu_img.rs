//! What `qemu-img` does for us.

use std::path::Path;

use super::format::Format;
use super::tools::{QEMU_IMG, ToolError, run};

/// Copies a disk of a known format into a qcow2 of its own. Both paths must be absolute: QEMU takes
/// what stands before a colon for a protocol.
pub fn convert(from: &Path, format: Format, to: &Path) -> Result<(), ToolError> {
    debug_assert!(from.is_absolute() && to.is_absolute(), "a name may look like a protocol");
    let mut command = QEMU_IMG.command()?;
    command.args(["convert", "-f", format.name(), "-O", "qcow2", "--"]).arg(from).arg(to);
    run(&mut command).map(drop)
}
