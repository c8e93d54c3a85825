#[cfg(target_os = "linux")]
mod build;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use regiment_server::images::{self, Adding, AddingKernel, Family, Library, Listing, StoredImage};
use serde_json::json;

use crate::{banner, platform, table};

/// What real machines are made from: add, build, list, check and remove images.
#[derive(Args)]
pub struct Image {
    #[command(subcommand)]
    command: Command,

    /// The data folder that the images are kept in [default: the platform's folder for data]
    #[arg(long, env = "REGIMENT_DATA", value_name = "DIR", global = true)]
    data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    Add(Box<Add>),
    #[cfg(target_os = "linux")]
    #[command(subcommand)]
    Build(build::Build),
    Ls(Ls),
    Verify(Verify),
    Rm(Rm),
}

/// Take in a disk, as a copy: a qcow2 without a backing file, or a raw disk.
#[derive(Args)]
struct Add {
    /// The disk
    file: PathBuf,

    /// What it is to be called; every image has a name of its own
    #[arg(long)]
    name: String,

    /// The system on it, as clouds spell it, e.g. "Debian 12.0.0 64bit"
    #[arg(long, value_name = "SYSTEM")]
    os: String,

    /// Its kind of system
    #[arg(long, value_name = "FAMILY", default_value = "linux")]
    family: FamilyName,

    /// The account whose password a reset changes
    #[arg(long, value_name = "NAME", default_value = "root")]
    admin_user: String,

    /// The QEMU guest agent starts with the system, so that passwords can be set
    #[arg(long)]
    agent: bool,

    /// The system has cloud-init, and reads its first settings from a seed disk
    #[arg(long)]
    cloud_init: bool,

    /// Start this kernel instead of the disk's boot loader
    #[arg(long, value_name = "FILE")]
    kernel: Option<PathBuf>,

    /// The kernel's first file system
    #[arg(long, value_name = "FILE", requires = "kernel")]
    initrd: Option<PathBuf>,

    /// The kernel's command line
    #[arg(long, value_name = "TEXT", requires = "kernel", default_value = "")]
    command_line: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum FamilyName {
    Linux,
    Windows,
}

/// List the images.
#[derive(Args)]
struct Ls {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Check that disks are still what was taken in.
#[derive(Args)]
struct Verify {
    /// Ids or names [default: all]
    images: Vec<String>,
}

/// Remove images. Servers made from them keep what they need.
#[derive(Args)]
struct Rm {
    /// Ids or names
    #[arg(required = true)]
    images: Vec<String>,
}

impl Image {
    pub fn run(self) -> Result<()> {
        let Some(data) = self.data.or_else(platform::data_folder) else {
            bail!("there is no folder for data here: name one with --data");
        };
        let library = Library::of(&data);
        match self.command {
            Command::Add(add) => {
                let image = add.run(&images::library(&data)?)?;
                banner::say(&format!("{}  {}", image.id, image.manifest.name))?;
                Ok(())
            }
            #[cfg(target_os = "linux")]
            Command::Build(build) => build.run(&images::library(&data)?),
            Command::Ls(ls) => ls.run(&library),
            Command::Verify(verify) => verify.run(&library),
            Command::Rm(rm) => rm.run(&library),
        }
    }
}

impl Add {
    fn run(self, library: &Library) -> Result<StoredImage> {
        let Add {
            file,
            name,
            os,
            family,
            admin_user,
            agent,
            cloud_init,
            kernel,
            initrd,
            command_line,
        } = self;
        let added = library.change()?.add(Adding {
            id: images::new_id(),
            now: images::now(),
            disk: file,
            name,
            os,
            family: match family {
                FamilyName::Linux => Family::Linux,
                FamilyName::Windows => Family::Windows,
            },
            admin_user,
            agent,
            cloud_init,
            recipe: None,
            kernel: kernel.map(|file| AddingKernel { file, initrd, command_line }),
        });
        added.context("the image was not added")
    }
}

impl Ls {
    fn run(&self, library: &Library) -> Result<()> {
        let Listing { images, damaged } = library.list()?;
        if self.json {
            let damaged: Vec<_> =
                damaged.iter().map(|(path, why)| json!({ "path": path, "why": why })).collect();
            let images: Vec<_> = images.iter().map(as_json).collect();
            let all = json!({ "images": images, "damaged": damaged });
            banner::say(&serde_json::to_string_pretty(&all)?)?;
            return Ok(());
        }
        if images.is_empty() {
            banner::say(&format!(
                "There are no images in {}. Make one: regiment image build debian",
                library.folder().display()
            ))?;
        } else {
            let head = ["ID", "NAME", "SYSTEM", "SIZE", "ON DISK", "AGENT", "ADDED"];
            let rows: Vec<_> = images.iter().map(as_row).collect();
            banner::say(table::text(head, &rows).trim_end())?;
        }
        for (path, why) in damaged {
            banner::complain(&format!("{} is damaged: {why}", path.display()));
        }
        Ok(())
    }
}

fn as_row(image: &StoredImage) -> [String; 7] {
    let about = &image.manifest;
    [
        image.id.to_string(),
        about.name.clone(),
        about.os.clone(),
        table::bytes(about.size),
        table::bytes(image.bytes_on_disk()),
        if about.agent { "yes" } else { "no" }.to_owned(),
        about.created.strftime("%Y-%m-%d").to_string(),
    ]
}

fn as_json(image: &StoredImage) -> serde_json::Value {
    let about = &image.manifest;
    json!({
        "id": image.id,
        "name": about.name,
        "os": about.os,
        "family": about.family,
        "admin_user": about.admin_user,
        "size_bytes": about.size,
        "bytes_on_disk": image.bytes_on_disk(),
        "agent": about.agent,
        "cloud_init": about.cloud_init,
        "kernel": about.kernel.as_ref().map(|kernel| json!({
            "file": image.kernel(),
            "initrd": image.initrd(),
            "command_line": kernel.command_line,
        })),
        "recipe": about.recipe,
        "sha256": about.sha256,
        "created": about.created,
        "disk": image.disk(),
    })
}

impl Verify {
    fn run(&self, library: &Library) -> Result<()> {
        let images = if self.images.is_empty() {
            library.list()?.images
        } else {
            self.images.iter().map(|text| library.named(text)).collect::<Result<_, _>>()?
        };
        let mut changed = 0;
        for image in &images {
            let good = image.verify()?;
            changed += usize::from(!good);
            let word = if good { "ok" } else { "CHANGED" };
            banner::say(&format!("{word:<7}  {}  {}", image.id, image.manifest.name))?;
        }
        if changed > 0 {
            bail!("{changed} of {} images are not what was taken in", images.len());
        }
        Ok(())
    }
}

impl Rm {
    fn run(&self, library: &Library) -> Result<()> {
        let change = library.change()?;
        for text in &self.images {
            // By id, so that a damaged one can go too.
            let id = match images::id(text) {
                Some(id) => id,
                None => library.named(text)?.id,
            };
            change.remove(id)?;
            banner::say(&format!("{id}  removed"))?;
        }
        Ok(())
    }
}
