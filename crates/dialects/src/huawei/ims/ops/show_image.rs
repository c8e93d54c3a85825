//! `GET /v2/images/{image_id}`

use regiment_core::model::ImageId;

use crate::Action;
use crate::huawei::Call;
use crate::huawei::faults::Row;
use crate::huawei::ims::image::describe;

pub(super) fn decode(call: &Call<'_>, id: &str) -> Action {
    let (reply, project, id) = (call.reply, call.caller.project, id.to_owned());
    Action::look(move |view| {
        let image = ImageId::parse_dashed(&id);
        let image = image.and_then(|id| view.world.seen_image(project, id));
        match image {
            Some(image) => reply.json(200, &describe(image)),
            None => reply.refuse(
                &Row::new("IMG.0027", 404, "").saying(format!("No image found with ID {id}.")),
            ),
        }
    })
}
