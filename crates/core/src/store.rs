//! Where state is durable. A store keeps rows and a log and understands neither: what they say is
//! [`record`](crate::record)'s.

use std::sync::Arc;

use thiserror::Error;

/// The kinds of rows. A store keeps each apart; keys are unique within one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// One row of counters and the format's version.
    Meta,
    /// Flavors, images, projects, credentials.
    Catalog,
    Servers,
    Balancers,
    /// What projects own beside servers and load balancers.
    Assets,
    /// Jobs in flight, and finished ones not yet moved to the archive.
    Jobs,
    /// Client tokens.
    Tokens,
    /// Sealed secrets of jobs in flight. Erased by the commit that ends the job.
    Secrets,
    /// Finished jobs, by number. Read by [`Archive`].
    Archive,
    /// The numbers of finished jobs, by the calls that ordered them. Read by [`Archive`].
    Requests,
    /// What webhooks are still to be told, by the number of each row's last event. Read by [`Archive`].
    Outbox,
}

impl Table {
    pub const ALL: [Table; 11] = [
        Table::Meta,
        Table::Catalog,
        Table::Servers,
        Table::Balancers,
        Table::Assets,
        Table::Jobs,
        Table::Tokens,
        Table::Secrets,
        Table::Archive,
        Table::Requests,
        Table::Outbox,
    ];

    /// The tables read into memory at start, in an order in which each needs only those before it.
    pub const LOADED: [Table; 8] = [
        Table::Meta,
        Table::Catalog,
        Table::Servers,
        Table::Balancers,
        Table::Assets,
        Table::Jobs,
        Table::Tokens,
        Table::Secrets,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Table::Meta => "meta",
            Table::Catalog => "catalog",
            Table::Servers => "servers",
            Table::Balancers => "balancers",
            Table::Assets => "assets",
            Table::Jobs => "jobs",
            Table::Tokens => "tokens",
            Table::Secrets => "secrets",
            Table::Archive => "archive",
            Table::Requests => "requests",
            Table::Outbox => "outbox",
        }
    }
}

/// What one turn makes durable: all of it or nothing, with one sync.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// An entry to append to the log, with its number. Numbers grow by one.
    pub log: Option<(u64, Vec<u8>)>,
    /// Rows to put, or to delete where there is no value. Applied in order.
    pub rows: Vec<(Table, Vec<u8>, Option<Vec<u8>>)>,
    /// Forget log entries up to and including this number: the rows say it all.
    pub trim_log: Option<u64>,
}

impl Batch {
    pub const fn is_empty(&self) -> bool {
        self.log.is_none() && self.rows.is_empty() && self.trim_log.is_none()
    }
}

/// One thing read at start.
#[derive(Debug)]
pub enum Loaded<'a> {
    Row(Table, &'a [u8], &'a [u8]),
    /// After all rows, in order.
    Log(u64, &'a [u8]),
}

#[derive(Debug, Error)]
pub enum StoreError {
    /// Reading or writing failed. After a failed commit it is not known whether it happened.
    #[error("store: {0}")]
    Io(String),
    /// What is stored is not what was written, or was written by a newer version.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// Another process has the store open.
    #[error("the store is in use by another process")]
    InUse,
}

/// What is told of each thing read at start; an error stops the reading.
pub type Visit<'a> = dyn FnMut(Loaded<'_>) -> Result<(), StoreError> + 'a;

/// Where state is durable.
///
/// Contract: when `commit` has returned `Ok`, the batch survives any crash; when it returned an
/// error or never returned, it is there whole or not at all. Batches become durable in order.
pub trait Store: Send {
    /// Reads every loaded table, then the log. Called once, before any commit.
    fn load(&mut self, visit: &mut Visit<'_>) -> Result<(), StoreError>;

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError>;

    /// A reader of finished jobs that never waits for a commit.
    fn archive(&self) -> Arc<dyn Archive>;

    /// Deletes archive rows that `judge` lets go, oldest numbers first, each with its row of
    /// [`Table::Requests`], until one stays or `rows_max` are gone: all of them in one commit. Says how
    /// many it deleted.
    fn sweep(
        &mut self,
        rows_max: usize,
        judge: &mut dyn FnMut(&[u8]) -> Swept,
    ) -> Result<usize, StoreError>;
}

/// What becomes of a row of the archive at a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swept {
    Stays,
    Goes {
        /// The key of its row of [`Table::Requests`], if it has one.
        request: Option<Vec<u8>>,
    },
}

pub type KeyAndRow = (Vec<u8>, Vec<u8>);

/// Reads what is not kept in memory, from any thread.
pub trait Archive: Send + Sync {
    /// The row with the greatest key that is at most `key`.
    fn at_or_before(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The row of [`Table::Requests`] under `key`.
    fn of_request(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The row of [`Table::Outbox`] with the least key that is at least `key`, and that key.
    fn outbox_from(&self, key: &[u8]) -> Result<Option<KeyAndRow>, StoreError>;
}
