use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Command};
use clap_mangen::Man as Page;

use crate::outcome::Ended;

/// Print the manual page, or write one for each command into a folder.
#[derive(Args)]
pub struct Man {
    /// Write regiment.1, regiment-stop.1 and so on there
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    pub fn run(self, mut command: Command) -> Result<Ended> {
        match self.out {
            None => {
                let mut page = Vec::new();
                Page::new(command).render(&mut page)?;
                std::io::stdout().lock().write_all(&page)?;
            }
            Some(folder) => {
                fs::create_dir_all(&folder)
                    .with_context(|| format!("failed to make {}", folder.display()))?;
                // Fills in what subcommands have of their parents: version and global options.
                command.build();
                write(&folder, &command, "regiment")?;
            }
        }
        Ok(Ended::Well)
    }
}

/// The page of a command, and those of the commands below it.
fn write(folder: &Path, command: &Command, name: &str) -> Result<()> {
    let path = folder.join(format!("{name}.1"));
    let mut page = Vec::new();
    Page::new(command.clone()).title(name).render(&mut page)?;
    fs::write(&path, page).with_context(|| format!("failed to write {}", path.display()))?;
    for below in command.get_subcommands().filter(|below| !is_help(below)) {
        write(folder, below, &format!("{name}-{}", below.get_name()))?;
    }
    Ok(())
}

fn is_help(command: &Command) -> bool {
    command.get_name() == "help" || command.is_hide_set()
}
