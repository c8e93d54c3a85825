//! Answers without an end: events as they come, each reader at its own pace. A reader that is slow is
//! behind and nothing else: what it has not taken is not made yet.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use regiment_core::events::Since;
use regiment_dialects::{Answer, Follow, Unfollowed};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;

use crate::closing::Closing;
use crate::config::HttpLimits;
use crate::cut::Cut;
use crate::events::Events;
use crate::metrics::Metrics;
use crate::published::Published;

/// Events made into bytes at a time: some tens of KiB.
const PIECE_EVENTS: usize = 256;

/// The body of an answer.
pub enum Sent {
    Whole(Full<Bytes>),
    /// Piece by piece, until the sender ends it.
    Pieces(mpsc::Receiver<Bytes>),
    Cut(Cut),
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Sent::Whole(whole) => Pin::new(whole).poll_frame(cx).map_err(|never| match never {}),
            Sent::Cut(cut) => Pin::new(cut).poll_frame(cx),
            Sent::Pieces(pieces) => {
                pieces.poll_recv(cx).map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Sent::Whole(whole) => whole.is_end_stream(),
            Sent::Pieces(_) | Sent::Cut(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Sent::Whole(whole) => whole.size_hint(),
            Sent::Pieces(_) => SizeHint::default(),
            Sent::Cut(cut) => cut.size_hint(),
        }
    }
}

/// What streams are made of.
pub struct Streams {
    pub events: Arc<Events>,
    pub published: Arc<Published>,
    pub metrics: Arc<Metrics>,
    pub closing: Closing,
    room: Arc<Semaphore>,
    heartbeat: Duration,
}

impl Streams {
    pub fn new(
        events: Arc<Events>,
        published: Arc<Published>,
        metrics: Arc<Metrics>,
        closing: Closing,
        limits: &HttpLimits,
    ) -> Streams {
        let room = Arc::new(Semaphore::new(limits.streams));
        Streams { events, published, metrics, closing, room, heartbeat: limits.heartbeat }
    }

    /// Begins a stream: the head of the answer, and its pieces unless it is a refusal.
    pub fn begin(&self, follow: Follow) -> (Answer, Option<mpsc::Receiver<Bytes>>) {
        let Follow { after, head, piece, idle, refuse } = follow;
        let Ok(permit) = self.room.clone().try_acquire_owned() else {
            return (refuse(Unfollowed::TooMany), None);
        };
        let next = after.map_or_else(|| self.events.next(), |after| after.saturating_add(1));
        match self.events.since(next, 0) {
            Since::Events(_) => {}
            Since::Lost { oldest } => return (refuse(Unfollowed::Lost { oldest }), None),
            Since::Ahead { next } => {
                return (refuse(Unfollowed::Ahead { newest: next.saturating_sub(1) }), None);
            }
        }
        // One piece waits while the one before is sent.
        let (pieces, body) = mpsc::channel(1);
        let pump = Pump {
            events: self.events.clone(),
            published: self.published.clone(),
            metrics: self.metrics.clone(),
            heartbeat: self.heartbeat,
            next,
            piece,
            idle,
            pieces,
            _permit: permit,
        };
        let mut closing = self.closing.clone();
        tokio::spawn(async move {
            let metrics = pump.metrics.clone();
            metrics.streams.fetch_add(1, Relaxed);
            let gone = pump.pieces.clone();
            tokio::select! {
                () = pump.run() => {}
                () = closing.begun() => {}
                () = gone.closed() => {}
            }
            metrics.streams.fetch_sub(1, Relaxed);
        });
        (head, Some(body))
    }
}

/// Makes the pieces of one stream.
struct Pump {
    events: Arc<Events>,
    published: Arc<Published>,
    metrics: Arc<Metrics>,
    heartbeat: Duration,
    next: u64,
    piece: Box<regiment_dialects::Piece>,
    idle: Box<dyn Fn(u64) -> Vec<u8> + Send>,
    pieces: mpsc::Sender<Bytes>,
    _permit: OwnedSemaphorePermit,
}

impl Pump {
    /// Ends when nobody takes what is sent, when events are lost that were not taken in time, and when
    /// the dialect breaks.
    async fn run(mut self) {
        let mut news = self.events.news();
        // At once, so that a reader knows where it begins even if nothing happens.
        let mut idle_at = Instant::now() + self.heartbeat;
        let begin = (self.idle)(self.next.saturating_sub(1));
        if self.pieces.send(begin.into()).await.is_err() {
            return;
        }
        loop {
            news.mark_unchanged();
            let Since::Events(events) = self.events.since(self.next, PIECE_EVENTS) else { return };
            let more = !events.is_empty();
            let mut bytes = Vec::new();
            if let Some(last) = events.last() {
                self.next = last.seq + 1;
                let made = catch_unwind(AssertUnwindSafe(|| {
                    self.published.look(|view| (self.piece)(&events, view))
                }));
                let Ok(made) = made else {
                    self.metrics.panics.fetch_add(1, Relaxed);
                    return tracing::error!("a stream met a defect of ours");
                };
                bytes = made;
            }
            if bytes.is_empty() && Instant::now() >= idle_at {
                bytes = (self.idle)(self.next.saturating_sub(1));
            }
            if !bytes.is_empty() {
                if self.pieces.send(bytes.into()).await.is_err() {
                    return;
                }
                idle_at = Instant::now() + self.heartbeat;
            }
            if more {
                // Much may be passed over that this reader does not want.
                tokio::task::yield_now().await;
            } else {
                tokio::select! {
                    changed = news.changed() => if changed.is_err() { return },
                    () = tokio::time::sleep_until(idle_at) => {}
                }
            }
        }
    }
}
