//! Reading a request's body: never more than its dialect allows, never longer than a while, never
//! more over all connections than there is room for.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that one permit of the room stands for.
const PERMIT_BYTES: usize = 1_024;

/// The room for bodies, over all connections.
#[derive(Clone)]
pub struct Room(Arc<Semaphore>);

/// A body, and the room it takes up until it is dropped.
pub struct Read {
    pub bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    TooLarge,
    TooSlow,
    /// The client broke off or sent what is no body.
    Broken,
    /// There is no room for it at the moment.
    NoRoom,
}

impl Room {
    pub fn new(bytes: usize) -> Room {
        Room(Arc::new(Semaphore::new((bytes / PERMIT_BYTES).min(Semaphore::MAX_PERMITS))))
    }

    /// Reads a body of at most `bytes_max`.
    pub async fn read(
        &self,
        body: Incoming,
        bytes_max: usize,
        timeout: Duration,
    ) -> Result<Read, BodyError> {
        if body.is_end_stream() {
            return Ok(Read { bytes: Bytes::new(), _room: None });
        }
        if body.size_hint().lower() > bytes_max as u64 {
            return Err(BodyError::TooLarge);
        }
        match tokio::time::timeout(timeout, self.read_frames(body, bytes_max)).await {
            Ok(read) => read,
            Err(_) => Err(BodyError::TooSlow),
        }
    }

    async fn read_frames(&self, mut body: Incoming, bytes_max: usize) -> Result<Read, BodyError> {
        let mut room: Option<OwnedSemaphorePermit> = None;
        let mut whole = Bytes::new();
        let mut parts: Vec<u8> = Vec::new();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
            let length = whole.len() + parts.len() + data.len();
            if length > bytes_max {
                return Err(BodyError::TooLarge);
            }
            self.take(&mut room, length)?;
            // Most bodies come in one piece, which is then used where it lies.
            if whole.is_empty() && parts.is_empty() {
                whole = data;
                continue;
            }
            if parts.is_empty() {
                let rest = usize::try_from(body.size_hint().lower()).unwrap_or(0);
                parts.reserve(length + rest.min(bytes_max - length));
                parts.extend_from_slice(&std::mem::take(&mut whole));
            }
            parts.extend_from_slice(&data);
        }
        let bytes = if parts.is_empty() { whole } else { parts.into() };
        Ok(Read { bytes, _room: room })
    }

    fn take(&self, held: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), BodyError> {
        let need = bytes.div_ceil(PERMIT_BYTES);
        let more = need.saturating_sub(held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits));
        let Ok(more) = u32::try_from(more) else { return Err(BodyError::TooLarge) };
        if more == 0 {
            return Ok(());
        }
        let taken = self.0.clone().try_acquire_many_owned(more).map_err(|_| BodyError::NoRoom)?;
        match held {
            Some(held) => held.merge(taken),
            None => *held = Some(taken),
        }
        Ok(())
    }
}
