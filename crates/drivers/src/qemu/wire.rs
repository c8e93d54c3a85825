//! Lines from a peer that is not trusted: however much a guest sends, no more than a bound is kept, and
//! nobody waits for it past a deadline.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The longest message taken. QEMU's longest answers to what is asked here are some kilobytes.
pub const LINE_MAX: usize = 1 << 20;

/// What a reply brings: what was asked for, or why not. QEMU and the agent say it alike.
pub fn outcome(mut reply: Value) -> Result<Value, String> {
    match reply.get("error") {
        Some(error) => Err(error["desc"].as_str().unwrap_or("without a reason").to_owned()),
        None => Ok(reply["return"].take()),
    }
}

/// Reads a stream piece by piece, each ended by one byte.
#[derive(Debug)]
pub struct Lines<R> {
    from: R,
    buffer: Vec<u8>,
    /// How far the buffer has been searched in vain.
    searched: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub const fn new(from: R) -> Lines<R> {
        Lines { from, buffer: Vec::new(), searched: 0 }
    }

    /// The next line without its end; nothing when the stream has ended. May be dropped while it
    /// waits and asked again.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.until(b'\n').await
    }

    /// All up to the next such byte, which is dropped.
    pub async fn until(&mut self, end: u8) -> io::Result<Option<Vec<u8>>> {
        loop {
            let found = self.buffer[self.searched..].iter().position(|byte| *byte == end);
            if let Some(at) = found.map(|at| at + self.searched) {
                let mut line: Vec<u8> = self.buffer.drain(..=at).collect();
                line.pop();
                self.searched = 0;
                return Ok(Some(line));
            }
            self.searched = self.buffer.len();
            if self.buffer.len() > LINE_MAX {
                let text = "a message is longer than any that is expected";
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
            let mut piece = [0; 4096];
            let read = self.from.read(&mut piece).await?;
            if read == 0 {
                return Ok(None);
            }
            self.buffer.extend_from_slice(&piece[..read]);
        }
    }

    /// Forgets all that was read and not yet given.
    pub fn forget(&mut self) {
        self.buffer.clear();
        self.searched = 0;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn lines_come_whole_however_they_are_cut() {
        let (near, mut far) = tokio::net::UnixStream::pair().unwrap();
        let mut lines = Lines::new(near);
        far.write_all(b"one\r\ntwo\nth").await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap(), b"one\r");
        assert_eq!(lines.next().await.unwrap().unwrap(), b"two");
        far.write_all(b"ree\n\nrest").await.unwrap();
        assert_eq!(lines.next().await.unwrap().unwrap(), b"three");
        assert_eq!(lines.next().await.unwrap().unwrap(), b"");
        drop(far);
        assert_eq!(lines.next().await.unwrap(), None, "a rest without an end is no line");
    }

    #[tokio::test]
    async fn a_line_without_end_is_given_up() {
        let (near, mut far) = tokio::net::UnixStream::pair().unwrap();
        let flood =
            tokio::spawn(async move { while far.write_all(&[b'x'; 4_096]).await.is_ok() {} });
        let error = Lines::new(near).next().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        flood.await.unwrap();
    }
}
