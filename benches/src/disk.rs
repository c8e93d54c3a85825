//! What the disk itself can do: append and sync, nothing else.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::wire::Load;

/// Appends `bytes` at a time and syncs each, for `time`.
pub fn syncs(folder: &Path, bytes: usize, time: Duration) -> Result<Load> {
    let path = folder.join("raw");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let block = vec![0x5A; bytes];
    let began = Instant::now();
    let mut latencies = Vec::new();
    while began.elapsed() < time {
        let one = Instant::now();
        file.write_all(&block)?;
        rustix::fs::fdatasync(&file)?;
        latencies.push(one.elapsed());
    }
    let took = began.elapsed();
    std::fs::remove_file(&path)?;
    latencies.sort_unstable();
    Ok(Load { requests: latencies.len(), took, latencies })
}
