//! To come with this dialect.

use crate::{Action, Answer, Caller, Context, Dialect, Request};

pub struct Huawei;

impl Dialect for Huawei {
    fn name(&self) -> &'static str {
        "huawei"
    }

    fn body_bytes_max(&self) -> usize {
        1 << 20
    }

    fn too_large(&self, _context: &Context<'_>) -> Answer {
        Answer::empty(413)
    }

    fn recognizes(&self, _request: &Request<'_>) -> bool {
        false
    }

    fn authenticate(
        &self,
        _request: &Request<'_>,
        _context: &Context<'_>,
    ) -> Result<Option<Caller>, Answer> {
        Ok(None)
    }

    fn decode(
        &self,
        _request: &Request<'_>,
        _context: &Context<'_>,
        _caller: Option<&Caller>,
    ) -> Action {
        Action::Answer(Answer::empty(501))
    }

    fn unavailable(&self, _request: &Request<'_>, _context: &Context<'_>) -> Answer {
        Answer::empty(503)
    }
}
