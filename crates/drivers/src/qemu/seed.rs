//! The disk that tells cloud-init what its system is to be: a NoCloud seed. What the client sent is
//! handed on as it is, whatever kind it is of; what was ordered beside it goes as the vendor's part,
//! which cloud-init puts together with the client's by its own rules.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regiment_core::model::ServerId;
use regiment_core::vault::Secret;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::fat;

/// By which cloud-init finds it.
const LABEL: &str = "CIDATA";
/// JSON is YAML, so nothing in it need be quoted in YAML's own ways.
const CLOUD_CONFIG: &str = "#cloud-config\n";
const ROOT: &str = "root";

pub struct Seed<'a> {
    pub server: ServerId,
    /// Which of the server's disks it is for: what a system was told once it is not told again.
    pub disk: u32,
    pub hostname: Option<&'a str>,
    pub admin_user: &'a str,
    /// A hash.
    pub password: Option<&'a Secret>,
    pub public_key: Option<&'a str>,
    /// As clients send it: in base64, or else as it is.
    pub user_data: Option<&'a str>,
}

impl Seed<'_> {
    /// The disk's bytes.
    pub fn bytes(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        let meta = self.meta_data().to_string();
        let vendor = Zeroizing::new(format!("{CLOUD_CONFIG}{}\n", self.vendor_data()));
        let user = match self.user_data {
            Some(text) => BASE64.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec()),
            None => format!("{CLOUD_CONFIG}{{}}\n").into_bytes(),
        };
        let files: [(&str, &[u8]); 3] = [
            ("meta-data", meta.as_bytes()),
            ("user-data", &user),
            ("vendor-data", vendor.as_bytes()),
        ];
        let disk = fat::disk(LABEL, &files);
        disk.map(Zeroizing::new).ok_or_else(|| io::Error::other("the user data is too long"))
    }

    fn meta_data(&self) -> Value {
        let mut data = json!({ "instance-id": format!("{}-{}", self.server, self.disk) });
        if let Some(hostname) = self.hostname {
            data["local-hostname"] = hostname.into();
        }
        if let Some(key) = self.public_key {
            data["public-keys"] = json!([key.trim()]);
        }
        data
    }

    fn vendor_data(&self) -> Value {
        let mut data = Map::new();
        if self.admin_user == ROOT {
            // Else root's keys let nobody in.
            data.insert("disable_root".to_owned(), false.into());
        }
        if let Some(hash) = self.password {
            let (user, hash) = (self.admin_user, hash.expose());
            let one = json!({ "name": user, "password": hash, "type": "hash" });
            // The list is what versions before 22.3 know.
            let passwords =
                json!({ "expire": false, "users": [one], "list": format!("{user}:{hash}\n") });
            data.insert("chpasswd".to_owned(), passwords);
            data.insert("ssh_pwauth".to_owned(), true.into());
        }
        Value::Object(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Seed<'static> = Seed {
        server: ServerId(7),
        disk: 2,
        hostname: None,
        admin_user: "root",
        password: None,
        public_key: None,
        user_data: None,
    };

    fn files(seed: &Seed<'_>) -> [Vec<u8>; 3] {
        let (label, files) = fat::tests::read(&seed.bytes().unwrap());
        assert_eq!(label, "CIDATA");
        let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["meta-data", "user-data", "vendor-data"]);
        [0, 1, 2].map(|at| files[at].1.clone())
    }

    fn config(bytes: &[u8]) -> Value {
        let text = bytes.strip_prefix(CLOUD_CONFIG.as_bytes()).expect("it says what it is");
        serde_json::from_slice(text).unwrap()
    }

    #[test]
    fn a_seed_says_what_was_ordered() {
        let hash = Secret::new("$6$salt$hash");
        let seed = Seed {
            hostname: Some("web-1"),
            admin_user: "debian",
            password: Some(&hash),
            public_key: Some("ssh-ed25519 AAAA me\n"),
            user_data: Some("I2Nsb3VkLWNvbmZpZwpwYWNrYWdlczogW2dpdF0K"),
            ..BARE
        };
        let [meta, user, vendor] = files(&seed);
        let meta: Value = serde_json::from_slice(&meta).unwrap();
        let id = "00000000-0000-0000-0000-000000000007-2";
        let wanted = json!({
            "instance-id": id, "local-hostname": "web-1", "public-keys": ["ssh-ed25519 AAAA me"],
        });
        assert_eq!(meta, wanted);
        assert_eq!(user, b"#cloud-config\npackages: [git]\n");
        let wanted = json!({ "ssh_pwauth": true, "chpasswd": {
            "expire": false,
            "users": [{ "name": "debian", "password": "$6$salt$hash", "type": "hash" }],
            "list": "debian:$6$salt$hash\n",
        } });
        assert_eq!(config(&vendor), wanted);
    }

    #[test]
    fn what_was_not_ordered_is_not_said() {
        let [meta, user, vendor] = files(&BARE);
        assert_eq!(
            String::from_utf8(meta).unwrap(),
            r#"{"instance-id":"00000000-0000-0000-0000-000000000007-2"}"#
        );
        assert_eq!(config(&user), json!({}));
        assert_eq!(config(&vendor), json!({ "disable_root": false }));
    }

    #[test]
    fn user_data_of_any_kind_goes_as_it_came() {
        for bytes in [b"#!/bin/sh\necho x\n".as_slice(), b"\x1F\x8B\x08\0\xFF", b"Content-Type: x"]
        {
            let text = BASE64.encode(bytes);
            let [_, user, _] = files(&Seed { user_data: Some(&text), ..BARE });
            assert_eq!(user, bytes);
        }
        let [_, user, _] = files(&Seed { user_data: Some("#!/bin/sh"), ..BARE });
        assert_eq!(user, b"#!/bin/sh");
        let long = "A".repeat(2 << 20);
        assert!(Seed { user_data: Some(&long), ..BARE }.bytes().is_err());
    }
}
