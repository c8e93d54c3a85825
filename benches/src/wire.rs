//! A plain HTTP/1.1 client that sends bytes made beforehand, so that what is measured is the server.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).context("connect")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(Connection { stream, buffer: Vec::with_capacity(1 << 16) })
    }

    /// Sends a whole request and reads the whole reply.
    pub fn call(&mut self, request: &[u8]) -> Result<Reply> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let mut chunk = [0u8; 1 << 14];
        let head_end = loop {
            let read = self.stream.read(&mut chunk)?;
            ensure!(read > 0, "the server closed the connection");
            self.buffer.extend_from_slice(&chunk[..read]);
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..head_end]).context("reply head")?;
        let status = head.get(9..12).and_then(|code| code.parse().ok()).context("status")?;
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned)
            })
            .map_or(Ok(0), |length| length.trim().parse::<usize>())?;
        while self.buffer.len() < head_end + length {
            let read = self.stream.read(&mut chunk)?;
            ensure!(read > 0, "the server closed the connection");
            self.buffer.extend_from_slice(&chunk[..read]);
        }
        Ok(Reply { status, body: self.buffer[head_end..].to_vec() })
    }
}

/// What a load came to.
pub struct Load {
    pub requests: usize,
    pub took: Duration,
    /// Sorted.
    pub latencies: Vec<Duration>,
}

impl Load {
    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies.get(last * percent / 100).copied().unwrap_or_default()
    }

    #[expect(clippy::cast_precision_loss, reason = "a figure to read")]
    pub fn per_second(&self, each: usize) -> f64 {
        (self.requests * each) as f64 / self.took.as_secs_f64()
    }
}

/// Each connection sends its own requests in turn, over and over, until the time is up. Every reply
/// must have the status expected.
pub fn load(
    address: SocketAddr,
    lanes: &[Vec<Vec<u8>>],
    time: Duration,
    status: u16,
) -> Result<Load> {
    let began = Instant::now();
    let results: Vec<Result<Vec<Duration>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = lanes
            .iter()
            .map(|requests| scope.spawn(move || lane(address, requests, time, status)))
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a lane does not panic")).collect()
    });
    let took = began.elapsed();
    let mut latencies = Vec::new();
    for result in results {
        latencies.extend(result?);
    }
    latencies.sort_unstable();
    Ok(Load { requests: latencies.len(), took, latencies })
}

fn lane(
    address: SocketAddr,
    requests: &[Vec<u8>],
    time: Duration,
    status: u16,
) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(address)?;
    let mut latencies = Vec::new();
    let began = Instant::now();
    for request in requests.iter().cycle() {
        let sent = Instant::now();
        let reply = connection.call(request)?;
        latencies.push(sent.elapsed());
        if reply.status != status {
            bail!("status {}: {}", reply.status, String::from_utf8_lossy(&reply.body));
        }
        if began.elapsed() >= time {
            break;
        }
    }
    Ok(latencies)
}
