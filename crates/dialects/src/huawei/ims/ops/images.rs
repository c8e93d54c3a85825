//! `GET /v2/images`: the list as OpenStack's clients ask for it.

use serde::Serialize;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::ims::image::ImageOf;
use crate::huawei::ims::listing::{Listing, Page};

const LIMIT_DEFAULT: usize = 25;

#[derive(Serialize)]
struct Body<'a> {
    images: Vec<ImageOf<'a>>,
    schema: &'static str,
    first: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let listing = Listing::of(call, LIMIT_DEFAULT)?;
    // What was asked, for the next page too.
    let asked: Vec<&str> = call.request.query.split('&').filter(|pair| !pair.is_empty()).collect();
    let kept: Vec<&str> = asked.into_iter().filter(|pair| !pair.starts_with("marker=")).collect();
    let kept = kept.join("&");
    let reply = call.reply;
    Ok(Action::look(move |view| match listing.page(view.world) {
        Ok(Page { images, next }) => {
            let first = if kept.is_empty() {
                "/v2/images".to_owned()
            } else {
                format!("/v2/images?{kept}")
            };
            let mark = if kept.is_empty() { '?' } else { '&' };
            let next = next.map(|id| format!("{first}{mark}marker={id}"));
            reply.json(200, &Body { images, schema: "/v2/schemas/images", first, next })
        }
        Err(row) => reply.refuse(&row),
    }))
}
