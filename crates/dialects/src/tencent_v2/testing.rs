//! What this dialect's own tests stand on: a gate with two keys, requests made from parameters, and
//! a small world to plan against. Answers to the byte are the goldens' business.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use regiment_core::apply::Change;
use regiment_core::chance::Chance;
use regiment_core::model::{
    Details, Flavor, Host, Image, ImageId, ImageSource, OsFamily, Phase, Power, Project, ProjectId,
    Quota, RecycleBin, RequestId, Role, Server, ServerId, Time,
};
use regiment_core::plan::plan;
use regiment_core::store::{Archive, KeyAndRow, StoreError};
use regiment_core::vault::{Sealed, Secret};
use regiment_core::view::View;
use regiment_core::world::World;

use super::TencentV2;
use crate::{Action, Answer, Bearer, Caller, Context, Dialect, Gate, Key, Request};

pub const PROJECT: ProjectId = ProjectId(1);
/// The vendor's example keys.
pub const KEY_A: (&str, &str) =
    ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE");
pub const KEY_D: (&str, &str) =
    ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA");

/// Knows the example keys and every nonce that was used.
#[derive(Default)]
pub struct Keeper(Mutex<HashSet<(String, String)>>);

impl Gate for Keeper {
    fn key(&self, access_key: &str) -> Option<Key> {
        let (_, secret) = [KEY_A, KEY_D].into_iter().find(|(id, _)| *id == access_key)?;
        Some(Key { secret_key: Secret::new(secret), project: PROJECT, role: Role::Admin })
    }

    fn bearer(&self, _token: &str) -> Option<Bearer> {
        None
    }

    fn issue(&self, _access_key: &str, _secret_key: &str) -> Option<(String, Bearer)> {
        None
    }

    fn first_use(&self, access_key: &str, nonce: &str, forget_at: Time) -> bool {
        assert!(forget_at > Time::ZERO);
        self.0.lock().unwrap().insert((access_key.to_owned(), nonce.to_owned()))
    }

    fn random(&self) -> [u8; 32] {
        [7; 32]
    }

    fn seal(&self, secret: &Secret) -> Sealed {
        Sealed(secret.expose().as_bytes().to_vec())
    }
}

/// A request that owns its parts.
pub struct Sent {
    pub method: String,
    pub host: String,
    pub params: Vec<(String, String)>,
}

impl Sent {
    pub fn encoded(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs: Vec<String> = self
            .params
            .iter()
            .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
            .collect();
        pairs.join("&")
    }

    pub fn with<T>(&self, look: impl FnOnce(&Request<'_>) -> T) -> T {
        with_raw(&self.method, &self.host, &self.encoded(), look)
    }
}

/// A request from its raw query or form.
pub fn with_raw<T>(
    method: &str,
    host: &str,
    text: &str,
    look: impl FnOnce(&Request<'_>) -> T,
) -> T {
    let headers = [("host".to_owned(), host.to_owned())];
    let (query, body) = if method == "POST" { ("", text) } else { (text, "") };
    look(&Request {
        method,
        path: "/v2/index.php",
        query,
        headers: &headers,
        body: body.as_bytes(),
        tls: false,
    })
}

struct NoArchive;

impl Archive for NoArchive {
    fn at_or_before(&self, _key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn of_request(&self, _key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn outbox_from(&self, _key: &[u8]) -> Result<Option<KeyAndRow>, StoreError> {
        Ok(None)
    }
}

/// A world, and the plain way through it: every order is planned and applied, none is ever run.
pub struct Bench {
    pub world: World,
    pub keeper: Keeper,
    chance: Chance,
    now: Time,
}

impl Bench {
    pub fn new() -> Bench {
        let mut world = World::new(1);
        let image = ImageId(0xabc);
        let quota = Quota::default();
        let name = "account".into();
        world.apply(&Change::ProjectAdded(Project {
            id: PROJECT,
            name,
            quota,
            recycle_bin: RecycleBin::default(),
        }));
        for (name, vcpus, ram_mib) in [("small", 1, 1024), ("large", 2, 4096)] {
            let class = "normal".into();
            world.apply(&Change::FlavorAdded(Flavor { name: name.into(), vcpus, ram_mib, class }));
        }
        world.apply(&Change::ImageAdded(Image {
            id: image,
            name: "linux".into(),
            family: OsFamily::Linux,
            os: "linux".into(),
            disk_gib_min: 20,
            source: ImageSource::Public,
            admin_user: "root".into(),
            created_at: Time::ZERO,
        }));
        let (name, zone) = ("host".into(), "zone".into());
        let host = Host { name, zone, vcpus: 64, ram_mib: 262_144, up: true, leaves_at: None };
        world.apply(&Change::HostSet(host));
        let servers = (1..=3).map(|n| server(n, image)).collect();
        world.apply(&Change::ServersAdded(servers));
        Bench {
            world,
            keeper: Keeper::default(),
            chance: Chance::new(1),
            now: Time(1_465_185_768_000),
        }
    }

    pub fn context(&self) -> Context<'_> {
        Context { now: self.now, request: RequestId(7), gate: &self.keeper }
    }

    pub fn ask(&mut self, request: &Request<'_>) -> Answer {
        let caller = Caller { access_key: KEY_A.0.into(), project: PROJECT, role: Role::Admin };
        let action = TencentV2.decode(request, &self.context(), Some(&caller));
        self.act(action)
    }

    fn act(&mut self, action: Action) -> Answer {
        match action {
            Action::Answer(answer) => answer,
            Action::Look(look) => look(&View::new(&self.world, &NoArchive, &(), self.now)),
            Action::Consult(consult) => {
                let action = consult(&View::new(&self.world, &NoArchive, &(), self.now));
                self.act(action)
            }
            Action::Toil(toil) => self.act(toil()),
            Action::Rules(_) => panic!("no vendor speaks of rules"),
            Action::Reserved(_, action) => self.act(*action),
            Action::Follow(_) => panic!("nothing is followed in this API"),
            Action::Order(order) => {
                let planned = plan(&self.world, &order.command, self.now, &mut self.chance);
                let outcome = planned.map(|planned| {
                    if let Some(accepted) = planned.accepted {
                        self.world.apply(&Change::JobAccepted(accepted));
                    }
                    planned.receipt
                });
                (order.answer)(&outcome, &View::new(&self.world, &NoArchive, &(), self.now))
            }
        }
    }
}

/// Stopped, with the short id of its number.
fn server(n: u32, image: ImageId) -> Server {
    Server {
        id: ServerId(u128::from(n)),
        project: PROJECT,
        order: u64::from(n),
        name: format!("server-{n}").into(),
        flavor: "small".into(),
        image,
        host: None,
        power: Power::Stopped,
        phase: Phase::Ready,
        busy: None,
        image_generation: 1,
        password_generation: 1,
        created_at: Time::ZERO,
        updated_at: Time::ZERO,
        launched_at: None,
        fault: None,
        last: None,
        orders: Vec::new(),
        details: Arc::new(Details::default()),
    }
}
