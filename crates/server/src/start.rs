//! From a configuration to a running server, in the order that makes a refusal cheap: sockets,
//! folder, key, store, engine, first fleet, threads.

use std::cmp::Reverse;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use regiment_core::chance::Chance;
use regiment_core::driver::Driver as _;
use regiment_core::engine::{Engine, Inbox, Settings, Turn};
use regiment_core::events::Recent;
use regiment_core::model::{Credential, Time};
use regiment_core::store::{Store, StoreError};
use regiment_core::vault::{Secret, Vault as _};
use regiment_dialects::Gate as _;
use regiment_dialects::rates::Meter;
use regiment_drivers::images::Library;
use regiment_stores::{MemoryStore, RedbStore};
use tempfile::TempDir;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::body::Room;
use crate::clock::{Clock, RealClock};
use crate::closing;
use crate::config::{Config, GivenCredential, Storage, TLS_PORT, Tls};
use crate::credential;
use crate::data_folder::{DataFolder, FolderError};
use crate::engine_thread::{self, Parts};
use crate::events::Events;
use crate::gateway::{Gateway, TOILS_MAX};
use crate::image_watch;
use crate::keyring::{self, Keyring};
use crate::listen::{Door, Doors};
use crate::machines::{self, Behind};
use crate::measured_store::MeasuredStore;
use crate::metrics::Metrics;
use crate::mishaps::{Mishandled, Mishaps};
use crate::published::Published;
use crate::running::{Identity, Running, Workings};
use crate::seed;
use crate::streams::Streams;
use crate::tls::{self, TlsError};
use crate::vault::{KeyVault, VaultError};
use crate::webhooks::{Courier, Poster};

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error(
        "{0} can be reached by others, and plain HTTP would show them every request: add \
         --tls auto to serve TLS there, or --insecure to do it all the same"
    )]
    Exposed(SocketAddr),
    #[error("failed to listen on {address}: {error}")]
    Listen { address: SocketAddr, error: io::Error },
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the credential {0} in the data folder cannot be opened with its key")]
    CredentialSealed(Arc<str>),
    #[error("there is no host {0} to maintain; there are {1}")]
    NoSuchHost(String, String),
    #[error("no real machines can be run: {0}")]
    Machines(String),
    #[error("the fault rules cannot be followed: {0}")]
    Rules(String),
    #[error("failed to start: {0}")]
    Io(#[from] io::Error),
}

/// Starts a server and returns when it answers.
pub fn start(config: &Config) -> Result<Running, StartError> {
    let clock: Arc<dyn Clock> = Arc::new(RealClock);
    let sockets = Sockets::bind(config)?;
    let place = Place::open(config)?;
    let acceptor = sockets.tls.as_ref().map(|tls| place.acceptor(config, tls, clock.now()));
    let acceptor = acceptor.transpose()?;
    let metrics = Arc::new(Metrics::new(clock.now()));
    let seed =
        config.seed.unwrap_or_else(|| getrandom::u64().expect("the system gives random bytes"));
    let mishaps = Arc::new(Mishaps::new(seed ^ MISHAPS_SALT));
    mishaps.change(|book| book.add_all(config.rules.clone())).map_err(StartError::Rules)?;
    let Opened { engine, recent, first, library } =
        place.engine(config, seed, &metrics, &mishaps, clock.now())?;
    let keyring = Arc::new(Keyring::new(place.vault.clone(), clock.clone()));
    let shown = let_in(&engine, &keyring, config.credential.as_ref())?;
    let published = Arc::new(Published::new(
        engine.world().for_readers(),
        engine.archive(),
        engine.machines(),
        clock.clone(),
    ));
    // Work that was under way when the last process ended may already have ended in the first turn.
    let events = Arc::new(Events::new(recent));
    for job in first.ended.iter().filter_map(|id| engine.world().job(*id)) {
        metrics.job_ended(job.operation.name(), job.outcome());
    }
    events.push(engine.world().next_event(), first.changes);
    let archive = engine.archive();
    let parts = Parts {
        engine,
        keyring: keyring.clone(),
        published: published.clone(),
        events: events.clone(),
        metrics: metrics.clone(),
        clock: clock.clone(),
        on_failure: engine_thread::exit_process,
    };
    let (engine, engine_join) = engine_thread::spawn(parts)?;
    let (close, closing) = closing::pair();
    let streams = Streams::new(
        events.clone(),
        published.clone(),
        metrics.clone(),
        closing.clone(),
        &config.http,
    );
    let courier = Arc::new(Courier {
        engine: engine.clone(),
        published: published.clone(),
        events: events.clone(),
        archive,
        vault: place.vault.clone(),
        clock: clock.clone(),
        closing: closing.clone(),
        rules: config.deliveries,
        poster: Poster::default(),
    });
    let gateway = Arc::new(Gateway {
        dialects: config.dialects,
        keyring: keyring.clone(),
        published: published.clone(),
        engine: engine.clone(),
        clock,
        metrics,
        room: Room::new(config.http.bodies_bytes),
        body_timeout: config.http.body_timeout,
        closing,
        toils: Semaphore::new(TOILS_MAX),
        mishaps,
        meter: (!config.rates.is_empty()).then(|| Mutex::new(Meter::new(config.rates.clone()))),
        streams,
    });
    let doors = Arc::new(Doors::new(gateway, config.http));
    let runtime = runtime(config.workers)?;
    let courier = runtime.spawn(courier.run());
    if let Some(library) = library {
        runtime.spawn(image_watch::offer_new(library, engine.clone()));
    }
    let identity = identity(&keyring, &shown, &sockets, &place)?;
    let plain = Door::Plain { tunnels: acceptor.clone() };
    runtime.spawn(doors.clone().serve(sockets.plain, plain));
    if let (Some(listener), Some(acceptor)) = (sockets.tls, acceptor) {
        runtime.spawn(doors.clone().serve(listener, Door::Tls(acceptor)));
    }
    let Place { vault: _, folder, ca_folder } = place;
    Ok(Running::new(
        identity,
        Workings {
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
        },
    ))
}

fn runtime(workers: Option<usize>) -> io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers.max(1));
    }
    builder.thread_name("requests").enable_all().build()
}

/// The bound sockets.
struct Sockets {
    plain: TcpListener,
    tls: Option<TcpListener>,
}

impl Sockets {
    fn bind(config: &Config) -> Result<Sockets, StartError> {
        let asked = config.listen;
        let with_tls = config.tls != Tls::Off;
        let exposed = !asked.ip().to_canonical().is_loopback() && !config.insecure;
        if exposed && !with_tls {
            return Err(StartError::Exposed(asked));
        }
        // Others get TLS; plain HTTP stays on this machine.
        let plain_ip = match asked.ip() {
            ip if !exposed => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        let tls_port = if asked.port() == 0 { 0 } else { TLS_PORT };
        let tls_address = config.tls_listen.unwrap_or(SocketAddr::new(asked.ip(), tls_port));
        Ok(Sockets {
            plain: bind(SocketAddr::new(plain_ip, asked.port()))?,
            tls: with_tls.then(|| bind(tls_address)).transpose()?,
        })
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let bound = TcpListener::bind(address)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    bound.map_err(|error| StartError::Listen { address, error })
}

/// Where state, key and certificates are.
struct Place {
    vault: Arc<KeyVault>,
    folder: Option<DataFolder>,
    /// For a plane that keeps nothing, whose clients still need a file to trust.
    ca_folder: Option<TempDir>,
}

impl Place {
    fn open(config: &Config) -> Result<Place, StartError> {
        let (vault, folder) = match &config.storage {
            Storage::Ephemeral => (KeyVault::ephemeral(), None),
            Storage::Folder(path) => {
                let folder = DataFolder::open(path)?;
                (KeyVault::open_folder(&folder, config.key.as_ref())?, Some(folder))
            }
        };
        let needs_folder = folder.is_none() && config.tls == Tls::Auto;
        let ca_folder =
            needs_folder.then(|| tempfile::Builder::new().prefix("regiment-").tempdir());
        Ok(Place { vault: Arc::new(vault), folder, ca_folder: ca_folder.transpose()? })
    }

    fn ca_path(&self) -> Option<PathBuf> {
        let kept = self.folder.as_ref().map(DataFolder::path);
        kept.or(self.ca_folder.as_ref().map(TempDir::path)).map(PathBuf::from)
    }

    fn acceptor(
        &self,
        config: &Config,
        listener: &TcpListener,
        now: Time,
    ) -> Result<TlsAcceptor, StartError> {
        Ok(match (&config.tls, self.ca_path()) {
            (Tls::Files { chain, key }, _) => tls::from_files(chain, key)?,
            (Tls::Off | Tls::Auto, folder) => {
                let ip = listener.local_addr()?.ip();
                tls::automatic(&folder.unwrap_or_default(), &self.vault, ip, now)?
            }
        })
    }

    /// Opens the store and writes what the first start begins with, or what a later one adds.
    fn engine(
        &self,
        config: &Config,
        seed: u64,
        metrics: &Arc<Metrics>,
        mishaps: &Arc<Mishaps>,
        now: Time,
    ) -> Result<Opened, StartError> {
        let store: Box<dyn Store> = match &self.folder {
            None => Box::new(MemoryStore::forgetful()),
            Some(folder) => Box::new(RedbStore::open(&folder.store_file())?),
        };
        let store = Box::new(MeasuredStore::new(store, metrics.clone()));
        let data = self.folder.as_ref().map(DataFolder::path);
        let Behind { driver, simulated, images, library, fleet } =
            machines::open(config, data, &self.vault, seed, now)?;
        let driver = Box::new(Mishandled::new(driver, simulated, mishaps.clone()));
        let hosts = driver.hosts();
        let settings = Settings {
            retention_ms: i64::try_from(config.retention.as_millis()).unwrap_or(i64::MAX),
            ..Settings::default()
        };
        let vault = self.vault.clone();
        let mut engine = Engine::open(store, driver, vault, settings, seed, now)?;
        let seal = |given: &GivenCredential| {
            let access_key: Arc<str> = given.access_key.as_str().into();
            keyring::credential(
                &self.vault,
                access_key,
                &given.secret_key,
                given.project,
                given.role,
            )
        };
        let seeds = if engine.fresh() {
            let given = config.credential.clone().unwrap_or_else(credential::random);
            let first = seed::First {
                project: given.project,
                region: &config.region,
                credential: seal(&given),
                hosts: &hosts,
                images,
                fleet,
                now,
            };
            first.changes(&mut Chance::new(seed ^ FLEET_SALT))
        } else {
            let given = config.credential.as_ref().filter(|given| !self.knows(&engine, given));
            let at = (now, seed ^ FLEET_SALT);
            seed::later(engine.world(), &hosts, &images, given.map(seal), &config.region, at)
        };
        let recent = engine.take_recent();
        let first = engine.turn(now, Inbox { seeds, ..Inbox::new() })?;
        Ok(Opened { engine, recent, first, library })
    }

    fn knows(&self, engine: &Engine, given: &GivenCredential) -> bool {
        engine.world().credential(&given.access_key).is_some_and(|kept| {
            kept.project == given.project
                && kept.role == given.role
                && self.vault.open(&kept.secret_key).as_ref() == Some(&given.secret_key)
        })
    }
}

/// An engine that had its first turn, with what that changed and what was before.
struct Opened {
    engine: Engine,
    recent: Recent,
    first: Turn<()>,
    /// Where images come from, if that may change.
    library: Option<Library>,
}

/// So that the fleet's ids are not those that the engine makes from the same seed.
const FLEET_SALT: u64 = 0x464C_4545_5400_0001;
/// Nor is the luck of fault rules theirs.
const MISHAPS_SALT: u64 = 0x4D49_5348_4150_0001;

/// Opens every credential, and chooses the one to show: the one given, else the oldest of those that
/// may do the most.
fn let_in(
    engine: &Engine,
    keyring: &Keyring,
    given: Option<&GivenCredential>,
) -> Result<Credential, StartError> {
    let world = engine.world();
    for credential in world.credentials() {
        if !keyring.learn(credential) {
            return Err(StartError::CredentialSealed(credential.access_key.clone()));
        }
    }
    let given = given.and_then(|given| world.credential(&given.access_key));
    let oldest = |one: &&Credential| (Reverse(one.role), one.created_at);
    let shown = given.or_else(|| world.credentials().min_by_key(oldest));
    Ok(shown.expect("the first start made a credential").clone())
}

fn identity(
    keyring: &Keyring,
    shown: &Credential,
    sockets: &Sockets,
    place: &Place,
) -> Result<Identity, StartError> {
    let key = keyring.key(&shown.access_key).expect("a credential that was let in has a key");
    let issued = keyring.issue(&shown.access_key, key.secret_key.expose());
    let (token, _) = issued.expect("who knows the key gets a token");
    let tls_endpoint = match &sockets.tls {
        Some(tls) => Some(format!("https://{}", reachable(tls.local_addr()?))),
        None => None,
    };
    let ca_file = place.ca_path().map(|folder| folder.join(tls::CERTIFICATE_FILE));
    Ok(Identity {
        endpoint: format!("http://{}", reachable(sockets.plain.local_addr()?)),
        ca_file: ca_file.filter(|file| tls_endpoint.is_some() && file.exists()),
        tls_endpoint,
        project: shown.project,
        access_key: shown.access_key.clone(),
        secret_key: key.secret_key,
        token: Secret::new(token),
        data_folder: place.folder.as_ref().map(|folder| folder.path().to_owned()),
    })
}

/// An address that one can connect to: "any" is spelled as this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        IpAddr::V4(_) => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        IpAddr::V6(_) => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), address.port()),
    }
}
