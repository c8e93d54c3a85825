//! A connection that can be broken off: reset instead of closed when it ends.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Whether a connection is to be reset when it ends.
#[derive(Clone, Debug, Default)]
pub struct Break(Arc<AtomicBool>);

impl Break {
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub struct BreakableIo {
    stream: TcpStream,
    end: Break,
}

impl BreakableIo {
    pub const fn new(stream: TcpStream, end: Break) -> BreakableIo {
        BreakableIo { stream, end }
    }
}

impl Drop for BreakableIo {
    fn drop(&mut self) {
        if self.end.0.load(Ordering::Relaxed) {
            // Nothing is kept for a peer that is to see a reset. If that cannot be had, it is closed.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for BreakableIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for BreakableIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.end.0.load(Ordering::Relaxed) {
            // A word of farewell would come before the reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
