//! A server that runs: what there is to know of it, and how it ends.

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use regiment_core::command::{Command, Receipt};
use regiment_core::model::{Fault, ProjectId};
use regiment_core::vault::Secret;
use regiment_core::view::View;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::closing::Close;
use crate::data_folder::DataFolder;
use crate::engine_thread::{EngineHandle, Pending, Unavailable};
use crate::events::Events;
use crate::listen::Doors;
use crate::published::Published;

/// How long requests under way may take once the server closes …
const REQUESTS_PATIENCE: Duration = Duration::from_millis(2_500);
/// … and how long the engine's last turn may.
const ENGINE_PATIENCE: Duration = Duration::from_secs(2);

/// What a client needs to know. Prints without its secrets.
#[derive(Clone, Debug)]
pub struct Identity {
    /// E.g. `http://127.0.0.1:7373`.
    pub endpoint: String,
    pub tls_endpoint: Option<String>,
    /// What clients of the TLS endpoint are to trust, if the authority is our own.
    pub ca_file: Option<PathBuf>,
    pub project: ProjectId,
    pub access_key: Arc<str>,
    pub secret_key: Secret,
    /// Good for a day.
    pub token: Token,
    pub data_folder: Option<PathBuf>,
}

/// A bearer token: a secret by another name.
pub type Token = Secret;

pub(crate) struct Workings {
    pub runtime: Runtime,
    pub engine: EngineHandle,
    pub engine_join: JoinHandle<()>,
    pub published: Arc<Published>,
    pub events: Arc<Events>,
    pub doors: Arc<Doors>,
    pub courier: tokio::task::JoinHandle<()>,
    pub close: Close,
    pub folder: Option<DataFolder>,
    pub ca_folder: Option<TempDir>,
}

/// A running server. Dropping it shuts it down.
pub struct Running {
    identity: Identity,
    workings: Option<Workings>,
}

impl Running {
    pub(crate) const fn new(identity: Identity, workings: Workings) -> Running {
        Running { identity, workings: Some(workings) }
    }

    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// A look at the published world.
    pub fn look<R>(&self, look: impl FnOnce(&View<'_>) -> R) -> R {
        self.workings().published.look(look)
    }

    /// The recent past.
    pub fn events(&self) -> &Events {
        &self.workings().events
    }

    /// An order given without any dialect. Blocks until it is durable.
    pub fn order(&self, command: Command) -> Result<Result<Receipt, Fault>, Unavailable> {
        let Pending { reply, ended: _ } = self.workings().engine.submit(command, false)?;
        self.workings().runtime.block_on(reply).map_err(|_| Unavailable)
    }

    /// Blocks until a future is ready; the server goes on meanwhile.
    pub fn run_until<F: Future>(&self, future: F) -> F::Output {
        self.workings().runtime.block_on(future)
    }

    /// Takes no more requests, finishes those under way as far as time allows, has a last turn
    /// with a checkpoint, and ends. Says whether all that was done in time; what was accepted is
    /// durable either way.
    pub fn shutdown(mut self) -> bool {
        self.workings.take().is_none_or(close)
    }

    const fn workings(&self) -> &Workings {
        self.workings.as_ref().expect("it is there until the server is shut down")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.workings.take().map(close);
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.fmt(f)
    }
}

fn close(workings: Workings) -> bool {
    let Workings {
        runtime,
        engine,
        engine_join,
        published,
        events,
        doors,
        courier,
        close,
        folder,
        ca_folder,
    } = workings;
    close.begin();
    let ended = async {
        doors.closed().await;
        // One that broke has ended too.
        let _ = courier.await;
    };
    let closed = async { tokio::time::timeout(REQUESTS_PATIENCE, ended).await.is_ok() };
    let requests_done = std::thread::scope(|scope| {
        // On a thread of its own, so that it may be called from within another runtime.
        scope.spawn(|| runtime.block_on(closed)).join().unwrap_or(false)
    });
    engine.stop();
    let engine_done = joins_in(engine_join, ENGINE_PATIENCE);
    runtime.shutdown_background();
    drop((engine, published, events, doors, ca_folder));
    if engine_done {
        // Only now may another process have it.
        drop(folder);
    } else {
        std::mem::forget(folder);
    }
    requests_done && engine_done
}

/// Whether the thread ends within this time.
fn joins_in(thread: JoinHandle<()>, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    while !thread.is_finished() {
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    thread.join().is_ok()
}
