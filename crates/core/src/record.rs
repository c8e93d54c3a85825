//! How state stands on disk: MessagePack with field names, so that a record written by an older
//! version reads with defaults for what it does not say. The shape of every record is pinned by a
//! test.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::apply::Change;
use crate::events::Told;
use crate::model::{
    Credential, Flavor, Host, Image, Job, LoadBalancer, LoadBalancerId, Project, ProjectId,
    RequestId, Server, ServerId, Time,
};
use crate::store::{StoreError, Swept};
use crate::world::{Token, World};

/// Raised when an older program could misread what this one writes. Written with the first commit.
/// 2: jobs have orders that an older program would run without.
pub const FORMAT: u32 = 2;

/// The one row of [`Table::Meta`](crate::store::Table::Meta).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    pub format: u32,
    pub realm: u32,
    pub next_number: u64,
    pub next_event: u64,
    /// Every log entry up to this number is in the rows.
    pub log_through: u64,
}

impl Meta {
    pub(crate) fn of(world: &World, log_through: u64) -> Meta {
        Meta {
            format: FORMAT,
            realm: world.realm,
            next_number: world.next_number,
            next_event: world.next_event,
            log_through,
        }
    }
}

/// The one row of [`Table::Catalog`](crate::store::Table::Catalog).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Catalog {
    pub projects: Vec<Project>,
    pub credentials: Vec<Credential>,
    pub flavors: Vec<Flavor>,
    pub images: Vec<Image>,
    pub hosts: Vec<Host>,
}

impl Catalog {
    pub(crate) fn of(world: &World) -> Catalog {
        Catalog {
            projects: world.projects().cloned().collect(),
            credentials: world.credentials().cloned().collect(),
            flavors: world.flavors().map(|flavor| (**flavor).clone()).collect(),
            images: world.images().map(|image| (**image).clone()).collect(),
            hosts: world.hosts().cloned().collect(),
        }
    }

    pub(crate) fn put_into(self, world: &mut World) {
        let Catalog { projects, credentials, flavors, images, hosts } = self;
        projects.into_iter().for_each(|project| world.put_project(project));
        credentials.into_iter().for_each(|credential| world.put_credential(credential));
        flavors.into_iter().for_each(|flavor| world.put_flavor(flavor));
        images.into_iter().for_each(|image| world.put_image(image));
        hosts.into_iter().for_each(|host| world.put_host(host));
    }
}

pub const META_KEY: &[u8] = b"meta";
pub const CATALOG_KEY: &[u8] = b"catalog";

/// Numbers sort as they count.
pub fn number_key(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// The number that a key of eight bytes is.
pub fn number(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

/// What a row of [`Table::Outbox`](crate::store::Table::Outbox) says, in order.
pub fn outbox_row(row: &[u8]) -> Result<Vec<Told>, StoreError> {
    decode("what webhooks are to be told", row)
}

pub(crate) fn request_key(id: RequestId) -> Vec<u8> {
    id.0.to_be_bytes().to_vec()
}

pub(crate) fn server_key(id: ServerId) -> Vec<u8> {
    id.0.to_be_bytes().to_vec()
}

pub(crate) fn balancer_key(id: LoadBalancerId) -> Vec<u8> {
    number_key(id.0.number())
}

pub(crate) fn token_key(project: ProjectId, token: &str) -> Vec<u8> {
    [&project.0.to_be_bytes()[..], token.as_bytes()].concat()
}

/// The bytes of a record. Our own types always have some.
pub(crate) fn encode<T: Serialize>(record: &T) -> Vec<u8> {
    rmp_serde::to_vec_named(record).expect("our own records can be written")
}

pub(crate) fn decode<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, StoreError> {
    rmp_serde::from_slice(bytes).map_err(|error| StoreError::Corrupt(format!("{what}: {error}")))
}

pub(crate) fn decode_log(bytes: &[u8]) -> Result<Vec<Change>, StoreError> {
    decode("log entry", bytes)
}

pub(crate) fn decode_server(bytes: &[u8]) -> Result<Server, StoreError> {
    decode("server", bytes)
}

pub(crate) fn decode_balancer(bytes: &[u8]) -> Result<LoadBalancer, StoreError> {
    decode("load balancer", bytes)
}

pub(crate) fn decode_token(bytes: &[u8]) -> Result<Token, StoreError> {
    decode("client token", bytes)
}

/// A finished job's row begins with its end, so that a sweep need not read the rest.
pub(crate) fn encode_archived(job: &Job) -> Vec<u8> {
    let mut row = job.ended_at.unwrap_or(job.accepted_at).0.to_be_bytes().to_vec();
    row.extend(encode(job));
    row
}

/// What becomes of an archived job's row when those that ended before `oldest` are to go.
pub(crate) fn swept(row: &[u8], oldest: Time) -> Swept {
    if archived_ended_at(row).is_some_and(|at| at >= oldest) {
        return Swept::Stays;
    }
    Swept::Goes { request: archived_request(row).map(request_key) }
}

fn archived_ended_at(row: &[u8]) -> Option<Time> {
    let head = row.get(..8)?.try_into().ok()?;
    Some(Time(i64::from_be_bytes(head)))
}

/// The call that ordered an archived job, without making the whole job of its row.
fn archived_request(row: &[u8]) -> Option<RequestId> {
    #[derive(Deserialize)]
    struct Ordered {
        request: RequestId,
    }
    decode::<Ordered>("archived job", row.get(8..)?).ok().map(|ordered| ordered.request)
}

pub(crate) fn archived_job(row: &[u8]) -> Result<Job, StoreError> {
    let body = row.get(8..).ok_or_else(|| StoreError::Corrupt("archived job: cut".to_owned()))?;
    decode_job(body)
}

pub(crate) fn decode_job(bytes: &[u8]) -> Result<Job, StoreError> {
    let mut job: Job = decode("job", bytes)?;
    job.tally = crate::model::Tally::of(&job.subs);
    Ok(job)
}
