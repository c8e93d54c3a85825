//! One POST: the status of the answer, and nothing else of it. Redirections are not followed: what an
//! address leads to is for whoever gave it to say.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::{Method, Request, Uri, header};
use hyper_util::rt::TokioIo;
use regiment_dialects::native::Notice;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const AGENT: &str = concat!("regiment/", env!("CARGO_PKG_VERSION"));

/// Sends to webhooks.
#[derive(Default)]
pub struct Poster {
    /// Made when it is first needed: reading the machine's authorities takes a while.
    tls: OnceLock<Result<TlsConnector, String>>,
}

impl Poster {
    pub async fn post(&self, url: &str, notice: Notice) -> Result<u16, String> {
        let uri: Uri = url.parse().map_err(|_| "its address cannot be read".to_owned())?;
        let tls = uri.scheme_str() == Some("https");
        let host = uri.host().ok_or("its address has no host")?;
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let request = request(&uri, notice)?;
        // An address of version 6 stands in brackets.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
        if !tls {
            return exchange(stream, request).await;
        }
        let connector = self.tls.get_or_init(connector).as_ref().map_err(Clone::clone)?;
        let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
        let stream =
            connector.connect(name, stream).await.map_err(|error| format!("TLS: {error}"))?;
        exchange(stream, request).await
    }
}

fn request(uri: &Uri, notice: Notice) -> Result<Request<Full<Bytes>>, String> {
    let Notice { headers, body } = notice;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, authority)
        .header(header::USER_AGENT, AGENT)
        .header(header::CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<u16, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let told = |error: hyper::Error| error.to_string();
    let mut http = http1::Builder::new();
    // Receivers are often written by hand, and look headers up as they are documented.
    let http = http.title_case_headers(true);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(told)?;
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(sender.send_request(request));
    tokio::select! {
        answer = answer.as_mut() => answer,
        ended = connection.as_mut() => {
            ended.map_err(told)?;
            answer.await
        }
    }
    .map(|answer| answer.status().as_u16())
    .map_err(told)
}

/// Trusts the authorities that this machine trusts.
fn connector() -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err("this machine trusts no authority for TLS".to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
