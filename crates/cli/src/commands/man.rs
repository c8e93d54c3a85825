use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

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
    pub fn run(self, command: Command) -> Result<Ended> {
        match self.out {
            None => {
                let mut page = Vec::new();
                Page::new(command).render(&mut page)?;
                std::io::stdout().lock().write_all(&page)?;
            }
            Some(folder) => {
                fs::create_dir_all(&folder)
                    .with_context(|| format!("failed to make {}", folder.display()))?;
                clap_mangen::generate_to(command, &folder)
                    .with_context(|| format!("failed to write into {}", folder.display()))?;
            }
        }
        Ok(Ended::Well)
    }
}
