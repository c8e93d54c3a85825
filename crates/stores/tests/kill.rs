//! A process that commits is killed at random moments, again and again on one file. Whatever it
//! had said it committed must be there, whole and in order; what it had not said is there whole or
//! not at all.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use regiment_core::chance::Chance;
use regiment_core::store::{Loaded, Store};
use regiment_stores::RedbStore;
use regiment_stores::conformance::{Contents, numbered_batch};

const ROUNDS: u64 = 60;
/// Bounds the test on a slow disk; a round more or less proves nothing else.
const TIME_MAX: Duration = Duration::from_secs(5);
const SAID: &str = "committed ";

/// The newest batch whose log entry is there.
fn newest(store: &mut dyn Store) -> u64 {
    let mut newest = 0;
    let visit = &mut |loaded: Loaded<'_>| {
        if let Loaded::Log(seq, _) = loaded {
            newest = seq;
        }
        Ok(())
    };
    store.load(visit).expect("it can be loaded");
    newest
}

#[test]
#[ignore = "the process that kill_at_any_moment kills"]
fn commit_until_killed() {
    let Some(path) = std::env::var_os("REGIMENT_STORE") else { return };
    let mut store = RedbStore::open(Path::new(&path)).expect("it opens");
    let first = newest(&mut store) + 1;
    for n in first.. {
        store.commit(numbered_batch(n)).expect("a commit");
        let mut out = std::io::stdout();
        writeln!(out, "{SAID}{n}").expect("it can be said");
        out.flush().expect("it can be said");
    }
}

fn begin(path: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["commit_until_killed", "--exact", "--ignored", "--nocapture"])
        .env("REGIMENT_STORE", path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program runs again")
}

/// Lets it commit a few batches, or none, kills it at a moment that has nothing to do with where it
/// is, and gives the last number it said.
fn kill_at_random(mut child: Child, chance: &mut Chance) -> Option<u64> {
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let number = |line: String| line.split_once(SAID).and_then(|(_, n)| n.trim().parse().ok());
    let mut last = None;
    let enough = chance.below(25);
    for line in lines
        .by_ref()
        .map_while(Result::ok)
        .filter_map(number)
        .take(usize::try_from(enough).expect("small"))
    {
        last = Some(line);
    }
    let moment = Instant::now() + Duration::from_micros(chance.below(3_000));
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
    child.kill().expect("it runs until it is killed");
    child.wait().expect("it ended");
    // What it said before it was killed counts, read or not.
    lines.map_while(Result::ok).filter_map(number).last().or(last)
}

#[test]
fn kill_at_any_moment() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let mut chance = Chance::new(2026);
    let mut expected = Contents::default();
    let mut reached = 0;
    let began = Instant::now();
    for round in 0..ROUNDS {
        if began.elapsed() > TIME_MAX && reached > 0 {
            break;
        }
        let said = kill_at_random(begin(&path), &mut chance).unwrap_or(reached);
        let mut store = RedbStore::open(&path).expect("it opens after any kill");
        let found = newest(&mut store);
        assert!(found >= said, "round {round}: batch {said} was said, {found} is the newest there");
        assert!(
            found <= said + 1,
            "round {round}: {found} is there though {said} was the last said"
        );
        (reached + 1..=found).for_each(|n| expected.commit(&numbered_batch(n)));
        let contents = Contents::of(&mut store, &expected.archived());
        assert!(contents == expected, "round {round}: not what {found} whole batches make");
        reached = found;
    }
    assert!(reached > 0, "nothing was ever committed");
}
