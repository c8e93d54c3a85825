//! One file for each operation.

use std::borrow::Cow;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;

mod cloud_images;
mod images;
mod show_image;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    CloudImages,
    Images,
    ShowImage(Cow<'a, str>),
}

pub(in crate::huawei) fn find<'a>(method: &str, parts: &[Cow<'a, str>]) -> Option<Route<'a>> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match (method, words.as_slice()) {
        ("GET", ["v2", "cloudimages"]) => Some(Route::CloudImages),
        ("GET", ["v2", "images"]) => Some(Route::Images),
        ("GET", ["v2", "images", _]) => Some(Route::ShowImage(parts[2].clone())),
        _ => None,
    }
}

pub(in crate::huawei) fn decode(call: &Call<'_>, route: Route<'_>) -> Result<Action, Row> {
    match route {
        Route::CloudImages => cloud_images::decode(call),
        Route::Images => images::decode(call),
        Route::ShowImage(id) => Ok(show_image::decode(call, &id)),
    }
}
