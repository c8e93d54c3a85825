//! `GET /v2/cloudimages`: the service's own list.

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::ims::image::ImageOf;
use crate::huawei::ims::listing::{Listing, Page};

const LIMIT_DEFAULT: usize = 500;

#[derive(Serialize)]
struct Body<'a> {
    images: Vec<ImageOf<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_info: Option<PageInfo>,
}

#[derive(Serialize)]
struct PageInfo {
    next_marker: String,
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let listing = Listing::of(call, LIMIT_DEFAULT)?;
    let reply = call.reply;
    Ok(Action::look(move |view| match listing.page(view.world) {
        Ok(Page { images, next }) => {
            let page_info = next.map(|next_marker| PageInfo { next_marker });
            reply.json(200, &Body { images, page_info })
        }
        Err(row) => reply.refuse(&row),
    }))
}
