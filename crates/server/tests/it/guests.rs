//! What comes out of the simulated machines, through a whole server.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use regiment_core::command::Command;
use regiment_core::edits::{AddKeyPair, Edit};
use regiment_core::events::Since;
use regiment_core::model::{Phase, RequestId};
use regiment_server::{Config, Running, Storage};

use crate::client::{call, get};
use crate::secrets::found;
use crate::{config, start};

/// A pair of keys: the public half, and what its holder alone knows.
const PUBLIC_KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC6NYXx9Nd9HG6Asfum+lqDXagbAR8upQFG1gejCctT\
    +K1+Pk+hkK/h+IrC5nnZP8h7Bnm+R3Np39iDBu7TS3p4MToxcfE+5w0pgrPA8YCQIQlt9mxQbKd/D1a/\
    ZlLMFA3MlErb9jK75TGcFiCQbp+9KhQv7KkbobDdoWoLRDGSCQ==";
const PRIVATE_EXPONENT: &str = "75c050f29f95012dd0871b85faa28848581a6cf139a9c2785b360f603f5a4fc08addb143a3f49df4\
    74ba32e3921c1aa4897f9fcefed9f212b694acf6abb12840f1408aa16a780de7a09a4bb34c740f0a\
    36c63087830d07251209e7b2c4654a7a8f4e027aea5d8c3678ddbcd1255597724e55ae5dbc3c3816\
    e502da466fe22001";
/// The last 128 bytes of the public half.
const MODULUS_BYTES: usize = 128;

/// What was encrypted with the public half.
fn decrypted(text: &str) -> String {
    let key = BASE64_STANDARD.decode(PUBLIC_KEY.split(' ').nth(1).unwrap()).unwrap();
    let modulus = BoxedUint::from_be_slice_vartime(&key[key.len() - MODULUS_BYTES..]);
    let modulus = Odd::new(modulus).unwrap();
    let bits = modulus.bits_precision();
    let params = BoxedMontyParams::new_vartime(modulus);
    let number = BoxedUint::from_be_slice(&BASE64_STANDARD.decode(text).unwrap(), bits).unwrap();
    let exponent = BoxedUint::from_be_hex(PRIVATE_EXPONENT, bits).unwrap();
    let block = BoxedMontyForm::new(number, &params).pow(&exponent).retrieve().to_be_bytes();
    assert_eq!(&block[..2], [0, 2]);
    let filled = block[2..].iter().position(|byte| *byte == 0).unwrap();
    String::from_utf8(block[2 + filled + 1..].to_vec()).unwrap()
}

fn add_key_pair(server: &Running) {
    let pair = Edit::AddKeyPair(AddKeyPair {
        name: "mine".into(),
        public_key: PUBLIC_KEY.into(),
        fingerprint: "00".into(),
        kind: "ssh".into(),
        user: "me".into(),
    });
    let identity = server.identity();
    let (project, principal) = (identity.project, identity.access_key.clone());
    let command = Command::new(project, principal, "test", RequestId(1), pair.into(), Vec::new());
    server.order(command).unwrap().unwrap();
}

/// The text of a field in an answer of one object.
fn field(body: &str, name: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(body).unwrap();
    value[name].as_str().unwrap().to_owned()
}

#[test]
fn a_password_made_for_windows_is_read_by_the_holder_of_the_key_alone() {
    let temp = tempfile::tempdir().unwrap();
    let config = Config {
        storage: Storage::Folder(temp.path().to_owned()),
        dialects: regiment_dialects::ALL,
        ..config()
    };
    let server = start(&config);
    add_key_pair(&server);
    let base = format!("/v1/{}/cloudservers", server.identity().project.plain());
    let body = r#"{"server":{"name":"win","imageRef":"af41e76c-82b9-4d3a-91e6-084f3c5dc3bb",
        "flavorRef":"s6.small.1","vpcid":"0dae26c9-9a70-4392-93f3-87d53115d171",
        "nics":[{"subnet_id":"157ee789-03ea-45b1-a698-76c92660dd83"}],
        "root_volume":{"volumetype":"SSD"},"key_name":"mine"}}"#;
    let made = call(&server, "POST", &base, body);
    assert_eq!(made.status, 200, "{}", made.body);
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let path = format!("{base}/{}/os-server-password", made["serverIds"][0].as_str().unwrap());
    let is_made = |server: &Running| {
        server.look(|view| {
            let mut servers = view.world.servers();
            servers.any(|one| &*one.name == "win" && one.phase == Phase::Ready)
        })
    };
    while !is_made(&server) {
        std::thread::yield_now();
    }
    let shown = field(&get(&server, &path).body, "password");
    let password = decrypted(&shown);
    assert!(password.len() >= 8, "{password}");

    let oldest = match server.events().since(0, 1) {
        Since::Lost { oldest } => oldest,
        Since::Events(_) | Since::Ahead { .. } => 0,
    };
    let Since::Events(events) = server.events().since(oldest, 10_000) else {
        panic!("the oldest event kept is kept");
    };
    assert!(!format!("{events:?}").contains(&password), "the password is in the events");
    assert!(server.shutdown());
    assert_eq!(found(temp.path(), &[&password]), Vec::<String>::new());
    assert!(!found(temp.path(), &[&shown]).is_empty(), "the search can find");

    // It outlives a restart, and is forgotten for good.
    let server = start(&config);
    assert_eq!(field(&get(&server, &path).body, "password"), shown);
    assert_eq!(call(&server, "DELETE", &path, "").status, 204);
    drop(server);
    let server = start(&config);
    assert_eq!(field(&get(&server, &path).body, "password"), "");
}

#[test]
fn a_console_says_after_a_restart_what_it_knows() {
    let temp = tempfile::tempdir().unwrap();
    let config = Config { storage: Storage::Folder(temp.path().to_owned()), ..config() };
    let consoles = |server: &Running| -> BTreeSet<String> {
        server.look(|view| {
            let servers = view.world.servers();
            servers.map(|one| view.machines().console(one).expect("it has one")).collect()
        })
    };
    let first = start(&config);
    let running = consoles(&first);
    let lacks = "-- what was printed before is not kept --\n";
    assert!(running.iter().all(|text| text.starts_with(lacks) && text.ends_with("login:\n")));
    drop(first);

    let second = start(&config);
    assert_eq!(consoles(&second), running, "since when it runs is not forgotten");
    let all = get(&second, "/test/servers").body;
    assert_eq!(call(&second, "POST", "/test/stop?wait=60000", &all).status, 200);
    assert!(consoles(&second).iter().all(|text| text.ends_with("machine: power off\n")));
    drop(second);

    assert!(consoles(&start(&config)).iter().all(|text| text == lacks));
}
