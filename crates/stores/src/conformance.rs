//! What every store must do, as checks that panic. Run all of them on each store:
//! `conformance::all(&mut || …)`.

use std::collections::BTreeMap;

use regiment_core::chance::Chance;
use regiment_core::store::{Batch, Loaded, Store, StoreError, Swept, Table};

/// Opens the same disk again; what was opened before has been dropped.
pub type Opener = Box<dyn FnMut() -> Box<dyn Store>>;

/// Makes an empty disk and gives the way to open it.
pub type NewDisk<'a> = dyn FnMut() -> Opener + 'a;

/// Runs every check, each on a disk of its own.
pub fn all(new_disk: &mut NewDisk<'_>) {
    an_empty_store_loads_nothing(new_disk());
    tables_load_in_order_then_the_log(new_disk());
    bytes_come_back_as_they_were(new_disk());
    rows_are_applied_in_order(new_disk());
    the_log_is_read_in_order(new_disk());
    the_log_is_trimmed(new_disk());
    a_refused_batch_leaves_nothing(new_disk());
    a_visitor_stops_the_reading(new_disk());
    the_archive_finds_the_row_at_or_before(new_disk());
    the_archive_finds_by_request_exactly(new_disk());
    the_outbox_is_read_in_order(new_disk());
    the_archive_reads_while_others_commit(new_disk());
    a_sweep_takes_the_oldest_until_one_is_kept(new_disk());
    a_sweep_takes_what_leads_to_a_row(new_disk());
    for seed in 0..8 {
        any_story_reads_as_it_was_written(new_disk(), seed);
    }
}

/// All that a store holds, as a test compares it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub rows: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
    pub log: BTreeMap<u64, Vec<u8>>,
}

impl Contents {
    /// What a commit of this batch makes of it.
    pub fn commit(&mut self, batch: &Batch) {
        let Batch { log, rows, trim_log } = batch;
        if let Some((seq, entry)) = log {
            self.log.insert(*seq, entry.clone());
        }
        for (table, key, value) in rows {
            let at = (*table, key.clone());
            match value {
                Some(value) => self.rows.insert(at, value.clone()),
                None => self.rows.remove(&at),
            };
        }
        if let Some(through) = trim_log {
            self.log.retain(|seq, _| seq > through);
        }
    }

    /// The places of its rows that are not loaded, which a store does not list.
    pub fn archived(&self) -> Vec<(Table, Vec<u8>)> {
        let apart = self.rows.keys().filter(|(table, _)| !Table::LOADED.contains(table));
        apart.cloned().collect()
    }

    /// What is loaded, and what the archive finds at these places.
    pub fn of(store: &mut dyn Store, archived: &[(Table, Vec<u8>)]) -> Contents {
        let mut found = Contents::default();
        load(store, &mut |loaded| {
            match loaded {
                Loaded::Row(table, key, value) => {
                    let earlier = found.rows.insert((table, key.to_vec()), value.to_vec());
                    assert!(earlier.is_none(), "a row was read twice");
                }
                Loaded::Log(seq, entry) => {
                    assert!(found.log.last_key_value().is_none_or(|(last, _)| *last < seq));
                    found.log.insert(seq, entry.to_vec());
                }
            }
            Ok(())
        });
        let archive = store.archive();
        for (table, key) in archived {
            let row = match table {
                Table::Requests => archive.of_request(key),
                Table::Outbox => archive
                    .outbox_from(key)
                    .map(|first| first.filter(|(found, _)| found == key).map(|(_, row)| row)),
                Table::Archive
                | Table::Meta
                | Table::Catalog
                | Table::Servers
                | Table::Balancers
                | Table::Assets
                | Table::Jobs
                | Table::Tokens
                | Table::Secrets => archive.at_or_before(key),
            };
            if let Some(row) = row.expect("the archive can be read") {
                found.rows.insert((*table, key.clone()), row);
            }
        }
        found
    }
}

/// The n-th batch, n from 1, of a story in which everything follows from its number: what a store
/// must hold after the n-th can be computed by who was not there.
pub fn numbered_batch(n: u64) -> Batch {
    let mut chance = Chance::new(n);
    let mut batch = Batch { log: Some((n, vec![n.to_le_bytes()[0]; 700])), ..Batch::default() };
    for _ in 0..=chance.below(40) {
        let table =
            Table::ALL[usize::try_from(chance.below(Table::ALL.len() as u64)).expect("small")];
        let times = usize::try_from(1 + chance.below(150)).expect("small");
        let value = (chance.below(4) > 0).then(|| n.to_be_bytes().repeat(times));
        batch.rows.push((table, number(chance.below(60)), value));
    }
    if n.is_multiple_of(17) {
        batch.trim_log = Some(n - 5);
    }
    batch
}

fn load(store: &mut dyn Store, visit: &mut regiment_core::store::Visit<'_>) {
    store.load(visit).expect("what was committed can be loaded");
}

fn commit(store: &mut dyn Store, batch: Batch) {
    store.commit(batch).expect("a batch can be committed");
}

fn rows(rows: impl IntoIterator<Item = (Table, Vec<u8>, Option<Vec<u8>>)>) -> Batch {
    Batch { rows: rows.into_iter().collect(), ..Batch::default() }
}

fn put(table: Table, key: &[u8], value: &[u8]) -> (Table, Vec<u8>, Option<Vec<u8>>) {
    (table, key.to_vec(), Some(value.to_vec()))
}

fn number(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

fn an_empty_store_loads_nothing(mut open: Opener) {
    for _ in 0..2 {
        assert_eq!(Contents::of(&mut *open(), &[]), Contents::default());
    }
    assert_eq!(open().archive().at_or_before(&[255; 8]).expect("a look-up"), None);
}

fn tables_load_in_order_then_the_log(mut open: Opener) {
    let mut batch = rows(Table::ALL.iter().rev().map(|table| put(*table, b"key", b"value")));
    batch.log = Some((1, b"entry".to_vec()));
    commit(&mut *open(), batch);
    let mut order = Vec::new();
    load(&mut *open(), &mut |loaded| {
        order.push(match loaded {
            Loaded::Row(table, _, _) => Some(table),
            Loaded::Log(_, _) => None,
        });
        Ok(())
    });
    let expected: Vec<_> = Table::LOADED.into_iter().map(Some).chain([None]).collect();
    assert_eq!(order, expected);
}

fn bytes_come_back_as_they_were(mut open: Opener) {
    let big: Vec<u8> = (0..3_000_000u32).map(|at| at.to_le_bytes()[0]).collect();
    let mut expected = Contents::default();
    let mut batch = rows([
        put(Table::Servers, &[0], &[]),
        put(Table::Servers, &[0, 0], &[0]),
        put(Table::Servers, &[255; 200], &[255, 0, 255]),
        put(Table::Jobs, &number(1), &big),
        // The same key in two tables is two rows.
        put(Table::Secrets, &number(1), b"another"),
    ]);
    batch.log = Some((1, big));
    expected.commit(&batch);
    commit(&mut *open(), batch);
    assert!(Contents::of(&mut *open(), &[]) == expected, "bytes were changed");
}

fn rows_are_applied_in_order(mut open: Opener) {
    let batch = rows([
        put(Table::Jobs, b"a", b"first"),
        put(Table::Jobs, b"b", b"stays"),
        (Table::Jobs, b"a".to_vec(), None),
        put(Table::Jobs, b"a", b"last"),
        put(Table::Jobs, b"c", b"goes"),
        (Table::Jobs, b"c".to_vec(), None),
        // Deleting what is not there is no error.
        (Table::Tokens, b"never".to_vec(), None),
    ]);
    let mut expected = Contents::default();
    expected.commit(&batch);
    commit(&mut *open(), batch);
    assert_eq!(Contents::of(&mut *open(), &[]), expected);
    assert_eq!(expected.rows.len(), 2);
    let gone = rows([(Table::Jobs, b"a".to_vec(), None)]);
    expected.commit(&gone);
    commit(&mut *open(), gone);
    assert_eq!(Contents::of(&mut *open(), &[]), expected);
}

fn the_log_is_read_in_order(mut open: Opener) {
    let mut expected = Contents::default();
    // Past 255, where numbers written with the low byte first would go astray.
    for half in [1..=150, 151..=300] {
        let mut store = open();
        for seq in half {
            let batch = Batch { log: Some((seq, number(seq * 3))), ..Batch::default() };
            expected.commit(&batch);
            commit(&mut *store, batch);
        }
    }
    assert_eq!(Contents::of(&mut *open(), &[]), expected);
}

fn the_log_is_trimmed(mut open: Opener) {
    let logs = |open: &mut Opener| Contents::of(&mut *open(), &[]).log;
    let append = |seq| Batch { log: Some((seq, number(seq))), ..Batch::default() };
    let mut store = open();
    (1..=10).for_each(|seq| commit(&mut *store, append(seq)));
    commit(&mut *store, Batch { trim_log: Some(4), ..Batch::default() });
    drop(store);
    assert_eq!(logs(&mut open).into_keys().collect::<Vec<_>>(), (5..=10).collect::<Vec<_>>());
    // What is appended by the same batch is trimmed too.
    commit(&mut *open(), Batch { trim_log: Some(11), ..append(11) });
    assert!(logs(&mut open).is_empty());
    // Numbers go on after a trim, and a trim of what is gone does nothing.
    commit(&mut *open(), Batch { trim_log: Some(3), ..append(12) });
    assert_eq!(logs(&mut open).into_keys().collect::<Vec<_>>(), [12]);
}

fn a_refused_batch_leaves_nothing(mut open: Opener) {
    let mut store = open();
    let mut first = rows([put(Table::Servers, b"kept", b"kept")]);
    first.log = Some((5, b"kept".to_vec()));
    let mut expected = Contents::default();
    expected.commit(&first);
    commit(&mut *store, first);
    let mut again = rows([
        put(Table::Servers, b"kept", b"overwritten"),
        put(Table::Archive, &number(1), b"new"),
        put(Table::Requests, b"new", &number(1)),
    ]);
    again.log = Some((5, b"overwritten".to_vec()));
    assert!(store.commit(again).is_err(), "a log entry was written over");
    drop(store);
    let new = [(Table::Archive, number(1)), (Table::Requests, b"new".to_vec())];
    assert_eq!(Contents::of(&mut *open(), &new), expected);
}

fn a_visitor_stops_the_reading(mut open: Opener) {
    let mut store = open();
    commit(&mut *store, rows((0..10).map(|key| put(Table::Servers, &[key], b"row"))));
    let mut seen = 0;
    let outcome = store.load(&mut |_| {
        seen += 1;
        if seen == 3 { Err(StoreError::Corrupt("enough".to_owned())) } else { Ok(()) }
    });
    assert!(matches!(outcome, Err(StoreError::Corrupt(text)) if text == "enough"));
    assert_eq!(seen, 3);
}

fn the_archive_finds_the_row_at_or_before(mut open: Opener) {
    let mut store = open();
    let archive = store.archive();
    let at = |key: u64| archive.at_or_before(&number(key)).expect("a look-up");
    assert_eq!(at(10), None);
    commit(
        &mut *store,
        rows([10, 20, 300].map(|key| put(Table::Archive, &number(key), &number(key)))),
    );
    // A reader sees what was committed after it was made.
    for (key, found) in [
        (0, None),
        (9, None),
        (10, Some(10)),
        (19, Some(10)),
        (20, Some(20)),
        (299, Some(20)),
        (300, Some(300)),
        (u64::MAX, Some(300)),
    ] {
        assert_eq!(at(key), found.map(number), "at or before {key}");
    }
    drop((store, archive));
    let found = open().archive().at_or_before(&number(25)).expect("a look-up");
    assert_eq!(found, Some(number(20)));
}

fn the_archive_finds_by_request_exactly(mut open: Opener) {
    let mut store = open();
    let archive = store.archive();
    let of = |key: &[u8]| archive.of_request(key).expect("a look-up");
    assert_eq!(of(b"call"), None);
    commit(
        &mut *store,
        rows([
            put(Table::Requests, b"call", b"one"),
            put(Table::Requests, b"caller", b"two"),
            // The same key in two tables is two rows.
            put(Table::Archive, b"calm", b"three"),
        ]),
    );
    assert_eq!(of(b"call"), Some(b"one".to_vec()));
    assert_eq!(of(b"caller"), Some(b"two".to_vec()));
    for other in [&b"cal"[..], b"calm", b"calle", b"callers", b""] {
        assert_eq!(of(other), None, "{other:?}");
    }
    drop((store, archive));
    let mut store = open();
    let of = |store: &dyn Store| store.archive().of_request(b"call").expect("a look-up");
    assert_eq!(of(&*store), Some(b"one".to_vec()), "it is there after a restart");
    commit(&mut *store, rows([(Table::Requests, b"call".to_vec(), None)]));
    assert_eq!(of(&*store), None);
}

fn the_outbox_is_read_in_order(mut open: Opener) {
    let mut store = open();
    let archive = store.archive();
    let from = |key: u64| archive.outbox_from(&number(key)).expect("a look-up");
    assert_eq!(from(0), None);
    let row = |at: u64| (number(at), number(at * 10));
    commit(
        &mut *store,
        rows([5, 300, 7].map(|at| put(Table::Outbox, &number(at), &number(at * 10)))),
    );
    commit(&mut *store, rows([put(Table::Archive, &number(6), b"another table's")]));
    assert_eq!((from(0), from(5)), (Some(row(5)), Some(row(5))));
    assert_eq!((from(6), from(8)), (Some(row(7)), Some(row(300))));
    assert_eq!(from(301), None);
    commit(&mut *store, rows([(Table::Outbox, number(5), None)]));
    assert_eq!(from(0), Some(row(7)));
    drop((store, archive));
    let found = open().archive().outbox_from(&number(8)).expect("a look-up");
    assert_eq!(found, Some(row(300)), "it is there after a restart");
}

fn the_archive_reads_while_others_commit(mut open: Opener) {
    const LAST: u64 = 100;
    let mut store = open();
    let archive = store.archive();
    let reader = std::thread::spawn(move || {
        let mut newest = 0;
        // Batches become visible in order, each with both of its rows.
        while newest < LAST {
            let row = archive.at_or_before(&number(u64::MAX)).expect("a look-up");
            let Some(row) = row else { continue };
            let seen = u64::from_be_bytes(row.try_into().expect("eight bytes"));
            assert!(seen >= newest, "the archive went back from {newest} to {seen}");
            let twin = archive.at_or_before(&number(seen)).expect("a look-up");
            assert_eq!(twin, Some(number(seen)), "half a batch was seen");
            newest = seen;
        }
    });
    for at in 1..=LAST {
        let twins = [at, at + 1_000_000].map(|key| put(Table::Archive, &number(key), &number(at)));
        commit(&mut *store, rows(twins));
    }
    reader.join().expect("the reader saw nothing odd");
}

fn a_sweep_takes_the_oldest_until_one_is_kept(mut open: Opener) {
    let mut store = open();
    let nothing = store.sweep(10, &mut |_| Swept::Goes { request: None }).expect("a sweep");
    assert_eq!(nothing, 0);
    commit(&mut *store, rows((1..=9).map(|key| put(Table::Archive, &number(key), &number(key)))));
    let mut asked = Vec::new();
    let older_than = |bound: u64| {
        move |asked: &mut Vec<u64>, row: &[u8]| {
            let number = u64::from_be_bytes(row.try_into().expect("eight bytes"));
            asked.push(number);
            if number >= bound { Swept::Stays } else { Swept::Goes { request: None } }
        }
    };
    let judge = older_than(7);
    assert_eq!(store.sweep(4, &mut |row| judge(&mut asked, row)).expect("a sweep"), 4);
    assert_eq!(asked, [1, 2, 3, 4], "at most so many at once");
    asked.clear();
    assert_eq!(store.sweep(100, &mut |row| judge(&mut asked, row)).expect("a sweep"), 2);
    assert_eq!(asked, [5, 6, 7], "none is asked about after the first that is kept");
    drop(store);
    let mut store = open();
    let at = |store: &dyn Store, key| store.archive().at_or_before(&number(key)).expect("a look");
    assert_eq!(at(&*store, 6), None);
    assert_eq!(at(&*store, 7), Some(number(7)));
    let all = store.sweep(100, &mut |_| Swept::Goes { request: None });
    assert_eq!(all.expect("a sweep"), 3);
    assert_eq!(at(&*store, u64::MAX), None);
}

fn a_sweep_takes_what_leads_to_a_row(mut open: Opener) {
    let call = |key: u8| [&b"call"[..], &[key]].concat();
    let mut store = open();
    commit(
        &mut *store,
        rows((1..=5).flat_map(|key: u8| {
            let at = number(key.into());
            [put(Table::Archive, &at, &[key]), put(Table::Requests, &call(key), &at)]
        })),
    );
    let mut judge = |row: &[u8]| match row[0] {
        // One that was archived before there was anything to lead to it.
        2 => Swept::Goes { request: None },
        key @ 1..=3 => Swept::Goes { request: Some(call(key)) },
        _ => Swept::Stays,
    };
    assert_eq!(store.sweep(100, &mut judge).expect("a sweep"), 3);
    let left = |store: &dyn Store| -> Vec<u8> {
        let archive = store.archive();
        let is_there = |key: &u8| archive.of_request(&call(*key)).expect("a look-up").is_some();
        (1..=5).filter(is_there).collect()
    };
    assert_eq!(left(&*store), [2, 4, 5]);
    drop(store);
    assert_eq!(left(&*open()), [2, 4, 5], "a sweep is durable");
}

/// A batch made up by chance over few keys, so that they meet again.
fn any_batch(chance: &mut Chance, seq: &mut u64) -> Batch {
    let mut batch = Batch::default();
    if chance.below(3) > 0 {
        *seq += 1;
        batch.log = Some((*seq, some_bytes(chance)));
    }
    for _ in 0..chance.below(20) {
        let table =
            Table::ALL[usize::try_from(chance.below(Table::ALL.len() as u64)).expect("small")];
        let key = number(chance.below(12));
        let value = (chance.below(3) > 0).then(|| some_bytes(chance));
        batch.rows.push((table, key, value));
    }
    if chance.below(8) == 0 {
        batch.trim_log = Some(seq.saturating_sub(chance.below(4)));
    }
    batch
}

fn some_bytes(chance: &mut Chance) -> Vec<u8> {
    let most = if chance.below(20) == 0 { 20_000 } else { 50 };
    let byte = chance.next_u64().to_le_bytes()[0];
    vec![byte; usize::try_from(chance.below(most)).expect("small")]
}

fn any_story_reads_as_it_was_written(mut open: Opener, seed: u64) {
    let mut chance = Chance::new(seed);
    let (mut expected, mut seq) = (Contents::default(), 0);
    for _ in 0..4 {
        let mut store = open();
        for _ in 0..chance.below(15) {
            let batch = any_batch(&mut chance, &mut seq);
            expected.commit(&batch);
            commit(&mut *store, batch);
        }
        drop(store);
        let archived = expected.archived();
        let found = Contents::of(&mut *open(), &archived);
        assert!(found == expected, "story {seed} reads otherwise than it was written");
        // Nothing is left in the archive that was deleted: a look at each key finds one below it.
        let store = open();
        for key in
            (0..12).map(number).filter(|key| !archived.contains(&(Table::Archive, key.clone())))
        {
            let of_archive = archived.iter().filter(|(table, _)| *table == Table::Archive);
            let below = of_archive.map(|(_, other)| other).filter(|other| **other < key).max();
            let row = below.map(|below| expected.rows[&(Table::Archive, below.clone())].clone());
            assert_eq!(store.archive().at_or_before(&key).expect("a look-up"), row);
        }
    }
}
