//! The images that real machines are made from, kept in the data folder: one folder for each, named
//! by its id, with a disk (`disk.qcow2`) and a few words about it (`image.toml`).
//!
//! [`Library`] adds, finds and removes them; [`mod@format`] says what a file is before anything opens it;
//! `debian` builds one from Debian's packages.
//!
//! Deliberately absent: overlays (they are the machines'), clocks and chance (the time and the id of
//! an image are arguments), and shells: programs get their arguments one by one.

#[cfg(target_os = "linux")]
pub(crate) mod cpio;
#[cfg(target_os = "linux")]
pub mod debian;
pub mod format;
mod library;
mod manifest;
mod qemu_img;
pub mod tools;

pub use library::{
    Adding, AddingKernel, Change, DISK_FILE, IMAGES_FOLDER, ImageError, Library, Listing,
    MANIFEST_FILE, StoredImage,
};
pub use manifest::{Family, Kernel, Manifest};
