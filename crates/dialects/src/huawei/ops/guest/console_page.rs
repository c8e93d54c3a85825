//! `GET /remote-console?token=…`: the page that a console's address leads to. It shows what the server
//! printed and takes no input. Whoever has the address may see it, for as long as the pass in it is good.

use std::borrow::Cow;

use crate::console::Pass;
use crate::huawei::answer::Reply;
use crate::huawei::{one, states, times};
use crate::{Action, Context, Request};

pub(in crate::huawei) fn decode(
    request: &Request<'_>,
    context: &Context<'_>,
    reply: Reply,
) -> Action {
    let pairs = request.query_pairs();
    let token = pairs.iter().find(|(name, _)| name == "token").map(|(_, token)| &**token);
    let Some(pass) = token.and_then(|token| Pass::read(token, context.gate, context.now)) else {
        let page = page("No console", "This address is not valid, or no longer.", None);
        return Action::Answer(reply.page(403, page));
    };
    Action::look(move |view| {
        let Some(server) = one::server_of(view, pass.project, pass.server) else {
            return reply.page(404, page("No console", "The server is gone.", None));
        };
        let text = view.machines().console(server);
        let note = if text.is_some() {
            "What it printed on its console; nothing can be typed here."
        } else {
            "It has no console."
        };
        let said = format!(
            "{}, {}. {note} This address is good until {}.",
            server.id,
            states::of(server).status,
            times::plain(pass.expires_at)
        );
        reply.page(200, page(&server.name, &said, Some(text.as_deref().unwrap_or_default())))
    })
}

/// One that shows a console shows it anew every few seconds.
fn page(title: &str, said: &str, console: Option<&str>) -> String {
    let (title, said) = (plain(title), plain(said));
    let (again, console) = match console {
        Some(text) => (
            "<meta http-equiv=\"refresh\" content=\"5\">\n",
            format!("<pre>\n{}</pre>\n", plain(text)),
        ),
        None => ("", String::new()),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n{again}<title>{title}</title>\n\
         <h1>{title}</h1>\n<p>{said}</p>\n{console}</html>\n"
    )
}

/// Text that is nothing but text in a page.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Cow::Owned(text.replace('"', "&quot;"))
}
