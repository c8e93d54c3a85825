//! Figures, not checks: run by hand in release.
//!
//! `cargo test --release -p regiment-stores --test figures -- --ignored --nocapture`

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use regiment_core::store::{Batch, Store, Table};
use regiment_stores::RedbStore;

const ROWS: u64 = 1_000_000;
const ROW_BYTES: usize = 300;
const COMMITS: u64 = 500;
const ENTRY_BYTES: usize = 1_000;

fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("the figures can be written");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn log_batch(seq: u64) -> Batch {
    Batch { log: Some((seq, vec![7; ENTRY_BYTES])), ..Batch::default() }
}

/// Ids are random, so neighbours in time are not neighbours in the table.
fn server_rows() -> Vec<(Table, Vec<u8>, Option<Vec<u8>>)> {
    let mut chance = regiment_core::chance::Chance::new(1);
    (0..ROWS)
        .map(|_| {
            let key = chance.uuid().to_be_bytes().to_vec();
            (Table::Servers, key, Some(vec![42; ROW_BYTES]))
        })
        .collect()
}

#[test]
#[ignore = "a measurement"]
fn a_small_commit_against_a_bare_sync() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut bare = File::create(folder.path().join("bare")).expect("a file");
    bare.write_all(&vec![0; 64 << 20]).expect("room");
    bare.sync_all().expect("a sync");
    let mut store = RedbStore::open(&folder.path().join("store")).expect("a store");
    let (mut syncs, mut commits) = (Vec::new(), Vec::new());
    for seq in 1..=COMMITS {
        use std::os::unix::fs::FileExt;
        let began = Instant::now();
        bare.write_all_at(&[7; ENTRY_BYTES], seq * 4096).expect("a write");
        bare.sync_data().expect("a sync");
        syncs.push(began.elapsed());
        let began = Instant::now();
        store.commit(log_batch(seq)).expect("a commit");
        commits.push(began.elapsed());
    }
    let (sync, commit) = (median(syncs), median(commits));
    say(&format!("one write and fdatasync {sync:?}, one commit {commit:?} (medians of {COMMITS})"));
}

#[test]
#[ignore = "a measurement"]
fn opening_a_million_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let mut store = RedbStore::open(&path).expect("a store");
    let began = Instant::now();
    store.commit(Batch { rows: server_rows(), ..Batch::default() }).expect("a commit");
    say(&format!("one commit of {ROWS} rows of {ROW_BYTES} bytes {:?}", began.elapsed()));
    let times = (1..=COMMITS).map(|seq| {
        let began = Instant::now();
        store.commit(log_batch(seq)).expect("a commit");
        began.elapsed()
    });
    say(&format!("one small commit beside them {:?} (median)", median(times.collect())));
    // What a killed process leaves is the file as it stands while the store is open.
    let killed = folder.path().join("killed");
    std::fs::copy(&path, &killed).expect("a copy");
    drop(store);
    for (what, path) in [("killed", killed), ("closed", path)] {
        say(&format!("{what}: {} MiB", std::fs::metadata(&path).expect("a file").len() >> 20));
        let began = Instant::now();
        let mut store = RedbStore::open(&path).expect("a store");
        let opened = began.elapsed();
        let mut things = 0u64;
        let began = Instant::now();
        let visit = &mut |_: regiment_core::store::Loaded<'_>| {
            things += 1;
            Ok(())
        };
        store.load(visit).expect("loading");
        assert_eq!(things, ROWS + COMMITS);
        say(&format!("{what}: opened in {opened:?}, read in {:?}", began.elapsed()));
    }
}

#[test]
#[ignore = "a measurement"]
fn trimming_a_long_log() {
    for (entries, bytes) in [(8_000u64, 1_000usize), (1_600, 50_000)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = RedbStore::open(&folder.path().join("store")).expect("a store");
        for seq in 1..=entries {
            store
                .commit(Batch { log: Some((seq, vec![7; bytes])), ..Batch::default() })
                .expect("a commit");
        }
        let began = Instant::now();
        store.commit(Batch { trim_log: Some(entries), ..Batch::default() }).expect("a commit");
        say(&format!("forgetting {entries} log entries of {bytes} bytes {:?}", began.elapsed()));
    }
}
