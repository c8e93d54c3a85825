//! One file, nothing to install: state in redb.
//!
//! Each commit is one write transaction and one sync. `docs/decisions/0002-redb-commits.md` says
//! what was weighed.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use redb::{
    Database, DatabaseError, Durability, ReadTransaction, ReadableDatabase, ReadableTable,
    StorageError, TableDefinition, TableError, TableHandle, WriteTransaction,
};
use regiment_core::store::{
    Archive, Batch, KeyAndRow, Loaded, Store, StoreError, Swept, Table, Visit,
};

#[cfg(test)]
mod power_cut;

const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");

/// Says that a file is ours, and how it is laid out.
const LAYOUT: TableDefinition<'_, &str, u32> = TableDefinition::new("regiment");
const LAYOUT_KEY: &str = "layout";
/// Raised when an older program could misread the tables themselves.
const LAYOUT_NOW: u32 = 1;

/// The world is in the engine's memory; pages are only read at start and for finished jobs.
const CACHE_BYTES: usize = 64 << 20;

/// What redb sets out for an empty database is well below this.
const EMPTY_BYTES_MAX: u64 = 8 << 20;
const PAGE_BYTES: usize = 4096;

const fn rows_of(table: Table) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(table.name())
}

/// State in one file.
#[derive(Debug)]
pub struct RedbStore {
    db: Arc<Database>,
}

impl RedbStore {
    /// Opens the file, or makes it (mode 0600) and the folders it is in (mode 0700).
    pub fn open(path: &Path) -> Result<RedbStore, StoreError> {
        let file = open_file(path).map_err(|error| io(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => return Err(io(&error)),
        }
        let mut fresh = begin_anew_if_never_begun(&file).map_err(|error| io(&error))?;
        let db = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .create_file(file)
            .map_err(|error| cannot_open(&error))?;
        if !fresh {
            fresh = check_ours(&db)?;
        }
        if fresh || lacks_tables(&db)? {
            lay_out(&db)?;
        }
        if fresh {
            // The file's name must be as durable as what is in it.
            sync_folder(path).map_err(|error| io(&error))?;
        }
        Ok(RedbStore { db: Arc::new(db) })
    }

    fn write(&self) -> Result<WriteTransaction, StoreError> {
        let mut transaction = self.db.begin_write().map_err(|error| io(&error))?;
        transaction.set_durability(Durability::Immediate).map_err(|error| io(&error))?;
        Ok(transaction)
    }
}

impl Store for RedbStore {
    fn load(&mut self, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let transaction = self.db.begin_read().map_err(|error| io(&error))?;
        for table in Table::LOADED {
            let rows = open_rows(&transaction, table)?;
            for row in rows.iter().map_err(|error| broken(&error))? {
                let (key, value) = row.map_err(|error| broken(&error))?;
                visit(Loaded::Row(table, key.value(), value.value()))?;
            }
        }
        let log = transaction.open_table(LOG).map_err(|error| no_table(&error))?;
        for entry in log.iter().map_err(|error| broken(&error))? {
            let (seq, entry) = entry.map_err(|error| broken(&error))?;
            visit(Loaded::Log(seq.value(), entry.value()))?;
        }
        Ok(())
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        let Batch { log, mut rows, trim_log } = batch;
        let transaction = self.write()?;
        if log.is_some() || trim_log.is_some() {
            write_log(&transaction, log, trim_log)?;
        }
        // Neighbours together, since they share pages. What is said of one row stays in order.
        rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        for of_table in rows.chunk_by(|a, b| a.0 == b.0) {
            let mut table =
                transaction.open_table(rows_of(of_table[0].0)).map_err(|error| no_table(&error))?;
            for (_, key, value) in of_table {
                match value {
                    Some(value) => table.insert(key.as_slice(), value.as_slice()),
                    None => table.remove(key.as_slice()),
                }
                .map_err(|error| broken(&error))?;
            }
        }
        transaction.commit().map_err(|error| io(&error))
    }

    fn archive(&self) -> Arc<dyn Archive> {
        Arc::new(RedbArchive { db: self.db.clone() })
    }

    fn sweep(
        &mut self,
        rows_max: usize,
        judge: &mut dyn FnMut(&[u8]) -> Swept,
    ) -> Result<usize, StoreError> {
        let transaction = self.write()?;
        let mut gone = 0;
        {
            let mut rows = transaction
                .open_table(rows_of(Table::Archive))
                .map_err(|error| no_table(&error))?;
            let mut requests = transaction
                .open_table(rows_of(Table::Requests))
                .map_err(|error| no_table(&error))?;
            while gone < rows_max {
                let verdict = match rows.first().map_err(|error| broken(&error))? {
                    Some((_, row)) => judge(row.value()),
                    None => Swept::Stays,
                };
                let Swept::Goes { request } = verdict else { break };
                rows.pop_first().map_err(|error| broken(&error))?;
                if let Some(request) = request {
                    requests.remove(request.as_slice()).map_err(|error| broken(&error))?;
                }
                gone += 1;
            }
        }
        if gone == 0 {
            transaction.abort().map_err(|error| io(&error))?;
        } else {
            transaction.commit().map_err(|error| io(&error))?;
        }
        Ok(gone)
    }
}

fn write_log(
    transaction: &WriteTransaction,
    entry: Option<(u64, Vec<u8>)>,
    trim: Option<u64>,
) -> Result<(), StoreError> {
    let mut log = transaction.open_table(LOG).map_err(|error| no_table(&error))?;
    if let Some((seq, entry)) = entry {
        let last = log.last().map_err(|error| broken(&error))?.map(|(last, _)| last.value());
        if last.is_some_and(|last| last >= seq) {
            let text = format!("log entry {seq} does not follow the last one");
            return Err(StoreError::Corrupt(text));
        }
        log.insert(seq, entry.as_slice()).map_err(|error| broken(&error))?;
    }
    if let Some(through) = trim {
        log.retain_in(..=through, |_, _| false).map_err(|error| broken(&error))?;
    }
    Ok(())
}

/// Reads from a snapshot of its own, so it never waits for a commit.
struct RedbArchive {
    db: Arc<Database>,
}

impl Archive for RedbArchive {
    fn at_or_before(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let transaction = self.db.begin_read().map_err(|error| io(&error))?;
        let rows = open_rows(&transaction, Table::Archive)?;
        let mut until = rows.range::<&[u8]>(..=key).map_err(|error| broken(&error))?;
        match until.next_back() {
            Some(row) => {
                let (_, value) = row.map_err(|error| broken(&error))?;
                Ok(Some(value.value().to_vec()))
            }
            None => Ok(None),
        }
    }

    fn of_request(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let transaction = self.db.begin_read().map_err(|error| io(&error))?;
        let rows = open_rows(&transaction, Table::Requests)?;
        let row = rows.get(key).map_err(|error| broken(&error))?;
        Ok(row.map(|row| row.value().to_vec()))
    }

    fn outbox_from(&self, key: &[u8]) -> Result<Option<KeyAndRow>, StoreError> {
        let transaction = self.db.begin_read().map_err(|error| io(&error))?;
        let rows = open_rows(&transaction, Table::Outbox)?;
        let mut later = rows.range::<&[u8]>(key..).map_err(|error| broken(&error))?;
        match later.next() {
            Some(row) => {
                let (key, value) = row.map_err(|error| broken(&error))?;
                Ok(Some((key.value().to_vec(), value.value().to_vec())))
            }
            None => Ok(None),
        }
    }
}

type Rows = redb::ReadOnlyTable<&'static [u8], &'static [u8]>;

fn open_rows(transaction: &ReadTransaction, table: Table) -> Result<Rows, StoreError> {
    transaction.open_table(rows_of(table)).map_err(|error| no_table(&error))
}

fn open_file(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Whether nothing was ever kept in the file. redb writes its first bytes last when it makes a
/// file; one that was killed before that is emptied here, or it could never be opened again.
fn begin_anew_if_never_begun(mut file: &File) -> std::io::Result<bool> {
    let bytes = file.metadata()?.len();
    if bytes == 0 {
        return Ok(true);
    }
    if bytes > EMPTY_BYTES_MAX {
        return Ok(false);
    }
    let mut content = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(EMPTY_BYTES_MAX).read_to_end(&mut content)?;
    let unnamed = content.iter().take(9).all(|byte| *byte == 0);
    let unused = content.iter().skip(PAGE_BYTES).all(|byte| *byte == 0);
    if unnamed && unused {
        file.set_len(0)?;
    }
    Ok(unnamed && unused)
}

/// Whether the database has no table at all yet. An error when it has some that are not ours.
fn check_ours(db: &Database) -> Result<bool, StoreError> {
    let transaction = db.begin_read().map_err(|error| io(&error))?;
    let mut names = transaction.list_tables().map_err(|error| broken(&error))?;
    if names.next().is_none() {
        return Ok(true);
    }
    let not_ours = || StoreError::Corrupt("the file is another program's".to_owned());
    let layout = match transaction.open_table(LAYOUT) {
        Ok(table) => table.get(LAYOUT_KEY).map_err(|error| broken(&error))?,
        Err(TableError::Storage(error)) => return Err(broken(&error)),
        Err(_) => return Err(not_ours()),
    };
    let layout = layout.ok_or_else(not_ours)?.value();
    if layout > LAYOUT_NOW {
        return Err(StoreError::Corrupt(format!("layout {layout} is newer than this program")));
    }
    Ok(false)
}

/// Whether a version that did not have every table yet made the file.
fn lacks_tables(db: &Database) -> Result<bool, StoreError> {
    let transaction = db.begin_read().map_err(|error| io(&error))?;
    let names = transaction.list_tables().map_err(|error| broken(&error))?;
    let names: Vec<_> = names.map(|table| table.name().to_owned()).collect();
    Ok(Table::ALL.iter().any(|table| !names.iter().any(|name| name == table.name())))
}

/// Makes every table that is not there, so that readers find each.
fn lay_out(db: &Database) -> Result<(), StoreError> {
    let transaction = db.begin_write().map_err(|error| io(&error))?;
    {
        let mut layout = transaction.open_table(LAYOUT).map_err(|error| no_table(&error))?;
        layout.insert(LAYOUT_KEY, LAYOUT_NOW).map_err(|error| broken(&error))?;
        transaction.open_table(LOG).map_err(|error| no_table(&error))?;
        for table in Table::ALL {
            transaction.open_table(rows_of(table)).map_err(|error| no_table(&error))?;
        }
    }
    transaction.commit().map_err(|error| io(&error))
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

fn io(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Io(error.to_string())
}

fn broken(error: &StorageError) -> StoreError {
    match error {
        StorageError::Corrupted(text) => StoreError::Corrupt(text.clone()),
        other => io(other),
    }
}

fn no_table(error: &TableError) -> StoreError {
    match error {
        TableError::Storage(error) => broken(error),
        other => StoreError::Corrupt(other.to_string()),
    }
}

fn cannot_open(error: &DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse,
        DatabaseError::Storage(StorageError::Io(error))
            if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) =>
        {
            StoreError::Corrupt("the file is not a regiment store".to_owned())
        }
        DatabaseError::Storage(error) => broken(error),
        DatabaseError::UpgradeRequired(version) => {
            StoreError::Corrupt(format!("the file has redb's old format {version}"))
        }
        other => io(other),
    }
}
