use std::io::Write as _;

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::Shell;

use crate::outcome::Ended;

/// Print what a shell needs to complete words of this command.
///
/// For bash: regiment completions bash > ~/.local/share/bash-completion/completions/regiment
#[derive(Args)]
pub struct Completions {
    shell: Shell,
}

impl Completions {
    pub fn run(self, mut command: Command) -> Result<Ended> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "regiment", &mut script);
        std::io::stdout().lock().write_all(&script)?;
        Ok(Ended::Well)
    }
}
