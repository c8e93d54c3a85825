//! What the operations on the one server or group that a path names have in common: it is there and the
//! caller's, or the answer is a 404.

use regiment_core::model::{ProjectId, Server, ServerId};
use regiment_core::view::View;

use super::Call;
use super::faults::no_such_server;
use crate::{Action, Answer};

/// The server of these words, if it is there and the project's.
pub(super) fn server<'a>(view: &View<'a>, project: ProjectId, words: &str) -> Option<&'a Server> {
    let server = view.world.server(ServerId::parse_dashed(words)?)?;
    (server.project == project).then_some(server)
}

impl Call<'_> {
    /// A look at one server.
    pub fn look_at(
        &self,
        words: &str,
        look: impl FnOnce(&Server, &View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        let (reply, project, words) = (self.reply, self.caller.project, words.to_owned());
        Action::look(move |view| match server(view, project, &words) {
            Some(server) => look(server, view),
            None => reply.refuse(&no_such_server(&words)),
        })
    }

    /// What is to be done with one server, which depends on what it is.
    pub fn consult_on(
        &self,
        words: &str,
        consult: impl FnOnce(&Server, &View<'_>) -> Action + Send + 'static,
    ) -> Action {
        let (reply, project, words) = (self.reply, self.caller.project, words.to_owned());
        Action::consult(move |view| match server(view, project, &words) {
            Some(server) => consult(server, view),
            None => Action::Answer(reply.refuse(&no_such_server(&words))),
        })
    }
}
