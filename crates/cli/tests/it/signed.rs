//! A client of the API that signs its parameters.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regiment_dialects::sign::hmac_sha1;
use serde_json::Value;

use crate::daemon::Daemon;
use crate::http;

#[derive(Clone)]
pub struct Client {
    address: String,
    access_key: String,
    secret_key: String,
}

static NONCE: AtomicU64 = AtomicU64::new(1);

impl Client {
    pub fn of(daemon: &Daemon) -> Client {
        Client {
            address: daemon.address(),
            access_key: daemon.said("access_key"),
            secret_key: daemon.said("secret_key"),
        }
    }

    /// Calls an action; an error means that the connection gave no whole answer.
    pub fn call(&self, action: &str, fields: &[(String, String)]) -> io::Result<Value> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let nonce = NONCE.fetch_add(1, Ordering::Relaxed);
        let mut pairs: BTreeMap<String, String> = fields.iter().cloned().collect();
        for (key, value) in [
            ("Action", action.to_owned()),
            ("Nonce", nonce.to_string()),
            ("Region", "gz".to_owned()),
            ("SecretId", self.access_key.clone()),
            ("Timestamp", now.to_string()),
        ] {
            pairs.insert(key.to_owned(), value);
        }
        let query = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>();
        let query = query.join("&");
        let signed = format!("GET{}/v2/index.php?{query}", self.address);
        let signature = STANDARD.encode(hmac_sha1(self.secret_key.as_bytes(), signed.as_bytes()));
        let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let target = format!("/v2/index.php?{query}&Signature={signature}");
        let (_, body) = http::call(&self.address, "GET", &target, &[], "")?;
        serde_json::from_str(&body).map_err(|_| io::ErrorKind::UnexpectedEof.into())
    }

    /// The short ids of the fleet.
    pub fn servers(&self) -> Vec<String> {
        let mut ids = Vec::new();
        loop {
            let page = [("limit", "100".to_owned()), ("offset", ids.len().to_string())];
            let page = page.map(|(key, value)| (key.to_owned(), value));
            let told = self.call("DescribeInstances", &page).unwrap();
            let set = told["instanceSet"].as_array().unwrap_or_else(|| panic!("{told}"));
            if set.is_empty() {
                return ids;
            }
            let id = |one: &Value| one["unInstanceId"].as_str().unwrap().to_owned();
            ids.extend(set.iter().map(id));
        }
    }

    /// What became of a numbered task: 0 succeeded, 1 failed, 2 in progress; nothing, if there is
    /// no such task.
    pub fn task(&self, number: &str) -> Option<u64> {
        let number = [("requestId".to_owned(), number.to_owned())];
        let told = self.call("DescribeTaskResult", &number).unwrap();
        told["data"]["status"].as_u64()
    }
}

pub fn targets(ids: &[String]) -> Vec<(String, String)> {
    ids.iter().enumerate().map(|(i, id)| (format!("instanceIds.{i}"), id.clone())).collect()
}
