//! The image service as clients of servers need it: which images there are.
//!
//! Deliberately absent: making, importing, sharing, tagging and deleting images, which other dialects
//! have; and what is kept in them, since there is none of it.
//!
//! Read first: [`image`] (an image in this service's words), then [`ops`].

mod image;
mod listing;
pub(super) mod ops;
