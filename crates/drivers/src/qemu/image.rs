//! Where the images that real machines are made from lie, and what is said of each.

use std::io;
use std::path::{Path, PathBuf};

use regiment_core::model::ImageId;

pub use crate::images::{DISK_FILE, IMAGES_FOLDER, Kernel, MANIFEST_FILE, Manifest};

/// Where an image lies.
pub fn folder(data: &Path, image: ImageId) -> PathBuf {
    data.join(IMAGES_FOLDER).join(image.to_string())
}

/// What is known of an image. A file that it names elsewhere than beside itself is refused.
pub fn read(data: &Path, image: ImageId) -> io::Result<Manifest> {
    Manifest::read(&folder(data, image).join(MANIFEST_FILE))
}
