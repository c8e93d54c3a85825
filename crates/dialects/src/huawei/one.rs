//! What the operations on the one server or group that a path names have in common: it is there and the
//! caller's, or the answer is a 404.

use regiment_core::command::Command;
use regiment_core::edits::Edit;
use regiment_core::model::{FaultKind, ProjectId, Server, ServerId};
use regiment_core::view::View;

use super::faults::{Row, no_such_server};
use super::{Call, NAME};
use crate::{Action, Answer};

/// The server of these words, if it is there and the project's.
pub(super) fn server<'a>(view: &View<'a>, project: ProjectId, words: &str) -> Option<&'a Server> {
    server_of(view, project, ServerId::parse_dashed(words)?)
}

/// The server of this id, if it is there and the project's.
pub(super) fn server_of<'a>(
    view: &View<'a>,
    project: ProjectId,
    id: ServerId,
) -> Option<&'a Server> {
    view.world.server(id).filter(|server| server.project == project)
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

    /// An edit of one server, or what is wrong with it after a look, and the answer once it is so.
    pub fn edit_one(
        &self,
        words: &str,
        edit: impl FnOnce(&Server, &View<'_>) -> Result<Edit, Row> + Send + 'static,
        answer: impl FnOnce(&Server, &View<'_>) -> Answer + Send + 'static,
    ) -> Action {
        let (reply, project, words) = (self.reply, self.caller.project, words.to_owned());
        let (principal, request) = (self.caller.access_key.clone(), self.context.request);
        self.consult_on(&words.clone(), move |server, view| {
            let edit = match edit(server, view) {
                Ok(edit) => edit.into(),
                Err(row) => return Action::Answer(reply.refuse(&row)),
            };
            let command = Command::new(project, principal, NAME, request, edit, Vec::new());
            Action::order(command, move |receipt, view| match receipt {
                Err(fault) if fault.kind != FaultKind::ServerNotFound => {
                    reply.refuse(&Row::of(fault))
                }
                Err(_) => reply.refuse(&no_such_server(&words)),
                Ok(_) => match self::server(view, project, &words) {
                    Some(server) => answer(server, view),
                    // It was taken away in the same moment.
                    None => reply.refuse(&no_such_server(&words)),
                },
            })
        })
    }
}
