//! The images of a data folder, for those who work on it while no server runs, or beside one.

use std::path::Path;

use jiff::Timestamp;
use regiment_core::model::ImageId;
#[cfg(target_os = "linux")]
pub use regiment_drivers::images::debian;
pub use regiment_drivers::images::{
    Adding, AddingKernel, Change, Family, ImageError, Library, Listing, Manifest, StoredImage,
    format,
};

use crate::data_folder::{self, FolderError};

/// The library of a data folder, which is made if need be.
pub fn library(data: &Path) -> Result<Library, FolderError> {
    data_folder::make(data)?;
    Ok(Library::of(data))
}

/// An id that no image has.
pub fn new_id() -> ImageId {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    let drawn = u128::from_be_bytes(bytes);
    // A UUID of version 4, as clients expect.
    ImageId(drawn & !(0xF << 76) & !(0b11 << 62) | 4 << 76 | 0b10 << 62)
}

pub fn now() -> Timestamp {
    Timestamp::now()
}

/// An id as people write it.
pub fn id(text: &str) -> Option<ImageId> {
    ImageId::parse_dashed(text)
}
