//! The file itself: who may read it, who may open it, and what is not ours.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use redb::TableDefinition;
use regiment_core::store::{Batch, Loaded, Store, StoreError, Table};
use regiment_stores::RedbStore;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o777
}

fn one_row() -> Batch {
    let row = (Table::Servers, b"key".to_vec(), Some(b"value".to_vec()));
    Batch { rows: vec![row], ..Batch::default() }
}

fn count(store: &mut dyn Store) -> usize {
    let mut things = 0;
    let visit = &mut |_: Loaded<'_>| {
        things += 1;
        Ok(())
    };
    store.load(visit).expect("what was committed can be loaded");
    things
}

#[test]
fn only_its_owner_may_read_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("a").join("b");
    let path = data.join("store");
    drop(RedbStore::open(&path).expect("a store"));
    assert_eq!((mode(&data), mode(&path)), (0o700, 0o600));
    // One that was opened up is closed again; a folder that was there is its owner's choice.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("a mode");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("a mode");
    drop(RedbStore::open(&path).expect("a store"));
    assert_eq!((mode(&data), mode(&path)), (0o755, 0o600));
}

#[test]
fn a_file_made_before_there_was_a_table_gets_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    RedbStore::open(&path).expect("a store").commit(one_row()).expect("a commit");
    let older = redb::Database::open(&path).expect("it is redb's");
    let transaction = older.begin_write().expect("a transaction");
    let requests = TableDefinition::<&[u8], &[u8]>::new(Table::Requests.name());
    assert!(transaction.delete_table(requests).expect("it can be deleted"));
    transaction.commit().expect("a commit");
    drop(older);
    let mut store = RedbStore::open(&path).expect("it opens");
    assert_eq!(store.archive().of_request(b"call").expect("there is a table to read"), None);
    assert_eq!(count(&mut store), 1, "what was there is there");
}

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let store = RedbStore::open(&path).expect("a store");
    assert!(matches!(RedbStore::open(&path), Err(StoreError::InUse)));
    let other = Command::new(std::env::current_exe().expect("this program"))
        .args(["another_process", "--exact", "--ignored", "--nocapture"])
        .env("REGIMENT_STORE", &path)
        .stdout(Stdio::piped())
        .output()
        .expect("this program runs again");
    let said = String::from_utf8_lossy(&other.stdout);
    assert!(said.contains("the store is in use by another process"), "it said: {said}");
    // A reader of finished jobs holds it too.
    let archive = store.archive();
    drop(store);
    assert!(matches!(RedbStore::open(&path), Err(StoreError::InUse)));
    drop(archive);
    RedbStore::open(&path).expect("it is free again");
}

#[test]
#[ignore = "run by one_process_at_a_time"]
fn another_process() {
    let Some(path) = std::env::var_os("REGIMENT_STORE") else { return };
    let said = match RedbStore::open(Path::new(&path)) {
        Ok(_) => "opened".to_owned(),
        Err(error) => error.to_string(),
    };
    writeln!(std::io::stdout(), "{said}").expect("it can be said");
}

#[test]
fn what_is_not_ours_is_said_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let small_and_odd = [b"{}".to_vec(), vec![0; 100], b"SQLite format 3\0".repeat(1000)];
    let zeros_then_more = [vec![0; 9000], vec![1; 9000]].concat();
    for content in small_and_odd.into_iter().chain([zeros_then_more]) {
        fs::write(&path, &content).expect("a file");
        if content.iter().all(|byte| *byte == 0) {
            // Nothing was ever kept in it.
            drop(RedbStore::open(&path).expect("a store"));
            continue;
        }
        let error = RedbStore::open(&path).expect_err("it is not ours");
        assert!(matches!(&error, StoreError::Corrupt(_)), "{error:?}");
        assert_eq!(fs::read(&path).expect("it is there"), content, "it was written to");
    }
}

#[test]
fn another_programs_database_is_not_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let theirs = redb::Database::create(&path).expect("a database");
    let transaction = theirs.begin_write().expect("a transaction");
    transaction.open_table(TableDefinition::<u64, u64>::new("theirs")).expect("a table");
    transaction.commit().expect("a commit");
    drop(theirs);
    let error = RedbStore::open(&path).expect_err("it is not ours");
    assert_eq!(error.to_string(), "stored data cannot be read: the file is another program's");
}

#[test]
fn a_later_layout_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    drop(RedbStore::open(&path).expect("a store"));
    let file = redb::Database::open(&path).expect("a database");
    let transaction = file.begin_write().expect("a transaction");
    {
        let layout = TableDefinition::<&str, u32>::new("regiment");
        let mut layout = transaction.open_table(layout).expect("a table");
        layout.insert("layout", 2).expect("a row");
    }
    transaction.commit().expect("a commit");
    drop(file);
    let error = RedbStore::open(&path).expect_err("it is newer");
    assert!(error.to_string().contains("layout 2 is newer"), "{error}");
}

#[test]
fn a_cut_file_is_an_error_not_a_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    let mut store = RedbStore::open(&path).expect("a store");
    store.commit(one_row()).expect("a commit");
    drop(store);
    let whole = fs::read(&path).expect("it is there");
    for bytes in [5, 9, 100, 400, 4096, 5000, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..bytes]).expect("a file");
        let outcome = RedbStore::open(&path);
        assert!(outcome.is_err(), "a file cut to {bytes} bytes was opened");
    }
    fs::write(&path, &whole).expect("a file");
    assert_eq!(count(&mut RedbStore::open(&path).expect("the whole one opens")), 1);
}

#[test]
fn a_file_whose_making_was_cut_short_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store");
    drop(redb::Database::create(&path).expect("a database"));
    let made = fs::read(&path).expect("it is there");
    // redb writes its name last: before that there is a header without one, and nothing else.
    let mut unnamed = vec![0; made.len()];
    unnamed[9..320].copy_from_slice(&made[9..320]);
    fs::write(&path, &unnamed).expect("a file");
    let mut store = RedbStore::open(&path).expect("it is made anew");
    store.commit(one_row()).expect("a commit");
    drop(store);
    assert_eq!(count(&mut RedbStore::open(&path).expect("it opens")), 1);
}
