//! The way to one server: connections that are used again, a bearer token, and a new one when the old
//! one is over.

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use regiment_server::core::vault::Secret;
use serde_json::{Value, json};
use ureq::http::{self, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use super::trouble::Problem;
use super::{Credentials, Place, Trouble};

const ROOT: &str = "/regiment/v1/";
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// For one call whole. An order is answered when it is durable, not when it is done.
const CALL_PATIENCE: Duration = Duration::from_mins(2);
/// A stream says something every 15 seconds; one that is silent for longer is dead.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// The refusals of an order can be many; a page has a thousand entries.
const ANSWER_BYTES_MAX: u64 = 512 << 20;

pub struct Client {
    agent: Agent,
    endpoint: String,
    credentials: Credentials,
    token: RefCell<Option<Secret>>,
}

impl Client {
    pub fn new(place: Place) -> Result<Client> {
        let Place { endpoint, credentials, ca_file } = place;
        let agent = agent(&endpoint, ca_file.as_deref())?;
        let token = RefCell::new(credentials.token.clone());
        Ok(Client { agent, endpoint, credentials, token })
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    pub fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Trouble> {
        self.call("GET", &with_query(path, query), None)
    }

    pub fn post(&self, path: &str, body: Option<&Value>) -> Result<Value, Trouble> {
        self.call("POST", path, body)
    }

    /// The project that the keys are of.
    pub fn project(&self) -> Result<String, Trouble> {
        let said = self.renew()?;
        said["project_id"].as_str().map(str::to_owned).ok_or_else(|| self.strange(201))
    }

    /// An answer that does not end, from after the last event that was seen.
    pub fn stream(
        &self,
        path: &str,
        query: &[(&str, String)],
        last: Option<&str>,
    ) -> Result<impl BufRead + use<>, Trouble> {
        let target = with_query(path, query);
        let mut headers = vec![("accept", "text/event-stream")];
        headers.extend(last.map(|last| ("last-event-id", last)));
        let answer = self.let_in(|| {
            let request = self.request("GET", &target, &headers, true).body("");
            let request = request.map_err(|error| self.unreachable(&error.into()))?;
            let endless = self
                .agent
                .configure_request(request)
                .timeout_global(None)
                .timeout_recv_response(Some(CALL_PATIENCE))
                .timeout_per_read(Some(SILENCE_MAX))
                .build();
            self.taken(self.agent.run(endless))
        })?;
        Ok(BufReader::new(answer.into_body().into_reader()))
    }

    fn call(&self, method: &str, target: &str, body: Option<&Value>) -> Result<Value, Trouble> {
        self.let_in(|| self.send(method, target, body, true))
    }

    /// With a token, and with a new one if the old one is over.
    fn let_in<T>(&self, call: impl Fn() -> Result<T, Trouble>) -> Result<T, Trouble> {
        if self.token.borrow().is_none() {
            self.renew()?;
        }
        match call() {
            Err(trouble) if trouble.is_unauthorized() && self.credentials.keys.is_some() => {
                self.renew()?;
                call()
            }
            done => done,
        }
    }

    /// Asks for a token by the keys, and gives what was said of it.
    fn renew(&self) -> Result<Value, Trouble> {
        let Some((access_key, secret_key)) = &self.credentials.keys else {
            return Err(Trouble::NoCredentials { endpoint: self.endpoint.clone() });
        };
        let body = json!({ "access_key": access_key, "secret_key": secret_key.expose() });
        let said = self.send("POST", "tokens", Some(&body), false)?;
        let token = said["token"].as_str().ok_or_else(|| self.strange(201))?;
        self.token.replace(Some(Secret::new(token)));
        Ok(said)
    }

    fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        known: bool,
    ) -> http::request::Builder {
        let uri = format!("{}{ROOT}{target}", self.endpoint);
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        match self.token.borrow().as_ref().filter(|_| known) {
            Some(token) => request.header("authorization", format!("Bearer {}", token.expose())),
            None => request,
        }
    }

    fn send(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
        known: bool,
    ) -> Result<Value, Trouble> {
        let json = ("content-type", "application/json");
        let headers = [("accept", "application/json"), json];
        let headers = if body.is_some() { &headers[..] } else { &headers[..1] };
        let request = self.request(method, target, headers, known);
        let sent = match body {
            None => request.body(()).map_err(ureq::Error::from).and_then(|r| self.agent.run(r)),
            Some(body) => request
                .body(body.to_string())
                .map_err(ureq::Error::from)
                .and_then(|request| self.agent.run(request)),
        };
        let mut answer = self.taken(sent)?;
        let status = answer.status().as_u16();
        let said = self.whole(&mut answer)?;
        serde_json::from_slice(&said).map_err(|_| self.strange(status))
    }

    /// The answer, if it is no refusal.
    fn taken(
        &self,
        sent: Result<http::Response<Body>, ureq::Error>,
    ) -> Result<http::Response<Body>, Trouble> {
        let mut answer = sent.map_err(|error| self.unreachable(&error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let said = self.whole(&mut answer)?;
        Err(match serde_json::from_slice::<Problem>(&said) {
            Ok(problem) => Trouble::Refused(problem),
            Err(_) => self.strange(answer.status().as_u16()),
        })
    }

    fn whole(&self, answer: &mut http::Response<Body>) -> Result<Vec<u8>, Trouble> {
        let said = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        said.map_err(|error| self.unreachable(&error))
    }

    fn strange(&self, status: u16) -> Trouble {
        Trouble::Strange { endpoint: self.endpoint.clone(), status }
    }

    fn unreachable(&self, error: &ureq::Error) -> Trouble {
        let why = match error {
            ureq::Error::Io(error) => error.to_string(),
            ureq::Error::Timeout(_) => "it does not answer in time".to_owned(),
            ureq::Error::HostNotFound => "there is no such host".to_owned(),
            other => other.to_string(),
        };
        Trouble::Unreachable { endpoint: self.endpoint.clone(), why }
    }
}

/// Connections to one endpoint.
pub fn agent(endpoint: &str, ca_file: Option<&Path>) -> Result<Agent> {
    let uri: Uri = endpoint.parse().with_context(|| format!("{endpoint:?} is no address"))?;
    let tls = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        Some(_) | None => bail!("{endpoint:?} begins with neither http:// nor https://"),
    };
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("regiment/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT_PATIENCE))
        .timeout_global(Some(CALL_PATIENCE));
    if is_loopback(&uri) {
        // The proxy that leads out does not lead here.
        config = config.proxy(None);
    }
    if tls {
        config = config.tls_config(
            TlsConfig::builder()
                .root_certs(authorities(ca_file)?)
                .unversioned_rustls_crypto_provider(Arc::new(
                    rustls::crypto::ring::default_provider(),
                ))
                .build(),
        );
    }
    Ok(config.build().into())
}

/// Whether a server is on this machine.
pub fn is_here(endpoint: &str) -> bool {
    endpoint.parse().is_ok_and(|uri| is_loopback(&uri))
}

/// Whether an address leads no further than this machine.
fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whom to trust: those of the file alone, or those that this machine trusts.
fn authorities(file: Option<&Path>) -> Result<RootCerts> {
    let Some(file) = file else { return Ok(RootCerts::PlatformVerifier) };
    let name = || format!("failed to read the authorities in {}", file.display());
    let pem = std::fs::read(file).with_context(name)?;
    let mut found: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(one) = item.with_context(name)? {
            found.push(one);
        }
    }
    if found.is_empty() {
        bail!("there is no certificate in {}", file.display());
    }
    Ok(RootCerts::new_with_certs(&found))
}

fn with_query(path: &str, query: &[(&str, String)]) -> String {
    let mut target = path.to_owned();
    for (place, (name, value)) in query.iter().enumerate() {
        target.push(if place == 0 { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        target.push_str(&escaped(value));
    }
    target
}

/// A piece of an address that may hold anything.
pub fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_an_address_is_escaped() {
        let query = [("name", "web-* &x=系".to_owned()), ("tag", "a=b".to_owned())];
        assert_eq!(
            with_query("servers", &query),
            "servers?name=web-%2A%20%26x%3D%E7%B3%BB&tag=a%3Db"
        );
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for here in
            ["http://127.0.0.1:7373", "https://[::1]:1", "http://localhost", "http://127.9.9.9"]
        {
            assert!(is_loopback(&here.parse().unwrap()), "{here}");
        }
        for there in ["http://10.0.0.1", "http://example.com", "http://localhost.example.com"] {
            assert!(!is_loopback(&there.parse().unwrap()), "{there}");
        }
    }

    #[test]
    fn an_address_needs_a_scheme() {
        assert!(agent("127.0.0.1:7373", None).is_err());
        assert!(agent("ftp://127.0.0.1", None).is_err());
        assert!(agent("http://127.0.0.1:7373", None).is_ok());
    }
}
