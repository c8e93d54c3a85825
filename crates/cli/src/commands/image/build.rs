use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use regiment_server::images::debian::{self, Recipe};
use regiment_server::images::{self, Library};

use crate::banner;

/// Build an image from a distribution's packages.
#[derive(Subcommand)]
pub enum Build {
    Debian(Debian),
}

/// A small Debian with the QEMU guest agent. Needs root, and the programs that it names if they are
/// missing
#[derive(Args)]
pub struct Debian {
    /// The release [default: this machine's, or bookworm]
    #[arg(long, value_name = "NAME")]
    release: Option<String>,

    /// A package to have in it, beside the few that every image has
    #[arg(long = "with", value_name = "PACKAGE", value_delimiter = ',')]
    with: Vec<String>,

    /// What it is to be called [default: what it is]
    #[arg(long)]
    name: Option<String>,

    /// A file that says where packages come from, as apt reads it [default: as this machine's apt]
    #[arg(long, value_name = "FILE")]
    sources: Option<PathBuf>,

    /// Be content with an image that was built by the same recipe, if there is one
    #[arg(long)]
    reuse: bool,
}

/// The release that is built where the machine has none of its own.
const RELEASE: &str = "bookworm";

impl Build {
    pub fn run(self, library: &Library) -> Result<()> {
        match self {
            Build::Debian(debian) => debian.run(library),
        }
    }
}

impl Debian {
    fn run(self, library: &Library) -> Result<()> {
        let Debian { release, with, name, sources, reuse } = self;
        let release = release.or_else(debian::own_release).unwrap_or_else(|| RELEASE.to_owned());
        let recipe = Recipe { release, with, sources };
        if reuse {
            let mark = recipe.mark();
            let images = library.list()?.images;
            let same = images.iter().find(|image| image.manifest.recipe.as_ref() == Some(&mark));
            if let Some(image) = same {
                return Ok(banner::say(&format!("{}  {}", image.id, image.manifest.name))?);
            }
        }
        let began = Instant::now();
        let mut tell = |step: &str| {
            banner::note(&format!("{:>5.1} s  {step}", began.elapsed().as_secs_f64()));
        };
        let change = library.change()?;
        let (id, now) = (images::new_id(), images::now());
        let built = debian::build(&change, &recipe, name, id, now, &mut tell);
        let image = built.context("the image was not built")?;
        tell("done");
        banner::say(&format!("{}  {}", image.id, image.manifest.name))?;
        Ok(())
    }
}
