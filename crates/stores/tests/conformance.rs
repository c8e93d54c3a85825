//! Every store passes the one suite.

use regiment_stores::conformance::{self, Opener};
use regiment_stores::{MemoryStore, RedbStore};

#[test]
fn memory() {
    conformance::all(&mut || -> Opener {
        let disk = MemoryStore::new();
        Box::new(move || Box::new(disk.clone()))
    });
}

#[test]
fn redb() {
    conformance::all(&mut || -> Opener {
        let folder = tempfile::tempdir().expect("a folder");
        Box::new(move || {
            let path = folder.path().join("data").join("regiment.redb");
            Box::new(RedbStore::open(&path).expect("the store opens"))
        })
    });
}
