//! A body that ends in its middle, as what carries it does when it breaks.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

pub struct Cut {
    /// What is sent of it; taken when it is.
    half: Option<Bytes>,
    /// Whether there was a pause behind it, in which it is sent.
    paused: bool,
    promised: u64,
}

impl Cut {
    pub fn new(body: &Bytes) -> Cut {
        let half = Some(body.slice(..body.len() / 2));
        Cut { half, paused: false, promised: body.len() as u64 }
    }
}

impl Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if !self.paused {
            self.paused = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
