//! Sockets: a bounded number of connections, each with its time limits, each request turned into
//! plain data for the gateway and each answer into bytes.

use std::net::TcpListener as StdListener;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use regiment_dialects::Answer;
use regiment_dialects::wire::Delivery;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::breakable_io::{Break, BreakableIo};
use crate::closing::Closing;
use crate::config::HttpLimits;
use crate::cut::Cut;
use crate::gateway::{Gateway, Head, Reply};
use crate::ops_routes;
use crate::patient_io::PatientIo;
use crate::streams::Sent;

/// After a failure to accept (most likely: no file descriptor left), before the next try.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// When the server closes: what an answer that is made has to be sent.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How a listener treats its connections.
#[derive(Clone)]
pub enum Door {
    /// Plain HTTP. A client may ask for a tunnel (`CONNECT`) to any host and gets TLS with us,
    /// which is the only way in for those that let nobody set a host. Nothing goes out.
    Plain {
        tunnels: Option<TlsAcceptor>,
    },
    Tls(TlsAcceptor),
}

/// The tunnel a connection becomes once the answer to its request for one is sent.
type Tunnel = Mutex<Option<OnUpgrade>>;

/// What the listeners have in common.
pub struct Doors {
    gateway: Arc<Gateway>,
    limits: HttpLimits,
    connections: Arc<Semaphore>,
    closing: Closing,
    http: http1::Builder,
}

impl Doors {
    pub fn new(gateway: Arc<Gateway>, limits: HttpLimits) -> Doors {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .max_buf_size(limits.head_bytes.max(8 << 10))
            .max_headers(limits.headers)
            .keep_alive(true);
        let connections = Arc::new(Semaphore::new(limits.connections));
        let closing = gateway.closing.clone();
        Doors { gateway, limits, connections, closing, http }
    }

    /// Takes connections until the server closes.
    pub async fn serve(self: Arc<Doors>, listener: StdListener, door: Door) {
        let listener = match TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "a listener could not be used"),
        };
        let mut closing = self.closing.clone();
        loop {
            let permit = self.connections.clone().acquire_owned().await;
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = closing.begun() => return,
            };
            match accepted {
                Ok((stream, _)) => {
                    let (doors, door) = (self.clone(), door.clone());
                    tokio::spawn(async move {
                        let connections = &doors.gateway.metrics.connections;
                        connections.fetch_add(1, Relaxed);
                        doors.connection(stream, door).await;
                        connections.fetch_sub(1, Relaxed);
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                }
            }
        }
    }

    /// Waits until every connection has ended.
    pub async fn closed(&self) {
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        let _ = self.connections.acquire_many(all).await;
    }

    async fn connection(&self, stream: TcpStream, door: Door) {
        // Answers are small and written whole; waiting for more only costs time.
        let _ = stream.set_nodelay(true);
        let end = Break::default();
        let stream = BreakableIo::new(stream, end.clone());
        let stream = PatientIo::new(stream, self.limits.write_timeout);
        match door {
            Door::Tls(acceptor) => self.encrypted(stream, &acceptor, &end).await,
            Door::Plain { tunnels } => {
                let tunnel = Tunnel::default();
                self.requests(stream, false, tunnels.is_some().then_some(&tunnel), &end).await;
                let asked = tunnel.lock().take();
                if let (Some(upgrade), Some(acceptor)) = (asked, tunnels) {
                    match upgrade.await {
                        Ok(stream) => {
                            self.encrypted(TokioIo::new(stream), &acceptor, &end).await;
                        }
                        Err(error) => tracing::debug!(%error, "a tunnel was not begun"),
                    }
                }
            }
        }
    }

    async fn encrypted<S>(&self, stream: S, acceptor: &TlsAcceptor, end: &Break)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let patience = self.limits.handshake_timeout;
        let mut closing = self.closing.clone();
        let shaken = tokio::select! {
            shaken = tokio::time::timeout(patience, acceptor.accept(stream)) => shaken,
            () = closing.begun() => return,
        };
        match shaken {
            Ok(Ok(stream)) => self.requests(stream, true, None, end).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS handshake"),
            Err(_) => tracing::debug!("the TLS handshake took too long"),
        }
    }

    async fn requests<S>(&self, io: S, tls: bool, tunnel: Option<&Tunnel>, end: &Break)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let at_work = AtomicBool::new(false);
        let service = service_fn(|request| async {
            at_work.store(true, Relaxed);
            let reply = self.request(request, tls, tunnel).await;
            at_work.store(false, Relaxed);
            match reply.answer.delivery {
                Delivery::Whole | Delivery::Truncated => Ok(response(reply)),
                Delivery::Lost => Err(Unsent),
                Delivery::Reset => {
                    end.ask();
                    Err(Unsent)
                }
            }
        });
        let connection = self.http.serve_connection(TokioIo::new(io), service).with_upgrades();
        let mut connection = pin!(connection);
        let mut closing = self.closing.clone();
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = closing.begun() => {
                connection.as_mut().graceful_shutdown();
                loop {
                    tokio::select! {
                        ended = connection.as_mut() => break ended,
                        // A client that has not said all it wants is not waited for.
                        () = tokio::time::sleep(LAST_WORDS) => {
                            if !at_work.load(Relaxed) {
                                break Ok(());
                            }
                        }
                    }
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn request(
        &self,
        mut request: Request<Incoming>,
        tls: bool,
        tunnel: Option<&Tunnel>,
    ) -> Reply {
        if request.method() == Method::CONNECT {
            let upgrade = hyper::upgrade::on(&mut request);
            return begin_tunnel(tunnel, upgrade).into();
        }
        let (parts, body) = request.into_parts();
        let head = head_of(&parts, tls);
        match ops_routes::answer(&self.gateway, &head).await {
            Some(answer) => answer.into(),
            None => self.gateway.handle(&head, body).await,
        }
    }
}

/// Takes a client that speaks to us as its proxy at its word: whichever host it wants, it gets us.
fn begin_tunnel(tunnel: Option<&Tunnel>, upgrade: OnUpgrade) -> Answer {
    match tunnel {
        Some(tunnel) => {
            *tunnel.lock() = Some(upgrade);
            Answer::empty(200)
        }
        None => {
            Answer::new(501, "text/plain; charset=utf-8", "there is no TLS to tunnel to here\n")
        }
    }
}

/// The head as plain data. A target in absolute form is cut to its path; the host it names counts
/// only if no `Host` header says otherwise. Values that are no UTF-8 lose what is not, and with it
/// their signature.
fn head_of(parts: &hyper::http::request::Parts, tls: bool) -> Head {
    let uri = &parts.uri;
    let mut headers: Vec<(String, String)> = Vec::with_capacity(parts.headers.len() + 1);
    for (name, value) in &parts.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.push((name.as_str().to_owned(), value));
    }
    if let Some(authority) = uri.authority()
        && !parts.headers.contains_key(hyper::header::HOST)
    {
        headers.push(("host".to_owned(), authority.as_str().to_owned()));
    }
    Head {
        method: parts.method.as_str().to_owned(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        tls,
    }
}

/// The connection ends without an answer.
#[derive(Debug, Error)]
#[error("the answer is not sent, as a fault rule says")]
struct Unsent;

fn response(reply: Reply) -> Response<Sent> {
    let Reply { answer: Answer { status, headers, body, code: _, delivery }, pieces } = reply;
    let body = Bytes::from(body);
    let mut response = Response::new(match (pieces, delivery) {
        (Some(pieces), _) => Sent::Pieces(pieces),
        (None, Delivery::Truncated) => Sent::Cut(Cut::new(&body)),
        (None, Delivery::Whole | Delivery::Lost | Delivery::Reset) => Sent::Whole(Full::new(body)),
    });
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        // A value with bytes that no header may carry is left out rather than let through.
        match HeaderValue::try_from(value) {
            Ok(value) => {
                response.headers_mut().append(HeaderName::from_static(name), value);
            }
            Err(_) => tracing::warn!(name, "an answer's header could not be sent"),
        }
    }
    response
}
