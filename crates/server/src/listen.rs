//! Sockets: a bounded number of connections, each with its time limits, each request turned into
//! plain data for the gateway and each answer into bytes.

use std::convert::Infallible;
use std::net::TcpListener as StdListener;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use regiment_dialects::Answer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::closing::Closing;
use crate::config::HttpLimits;
use crate::gateway::{Gateway, Head};
use crate::ops_routes;
use crate::patient_io::PatientIo;

/// After a failure to accept (most likely: no file descriptor left), before the next try.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(50);

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
    pub async fn serve(self: Arc<Doors>, listener: StdListener, tls: Option<TlsAcceptor>) {
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
                    let (doors, tls) = (self.clone(), tls.clone());
                    tokio::spawn(async move {
                        let connections = &doors.gateway.metrics.connections;
                        connections.fetch_add(1, Relaxed);
                        doors.connection(stream, tls).await;
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

    async fn connection(&self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Answers are small and written whole; waiting for more only costs time.
        let _ = stream.set_nodelay(true);
        let stream = PatientIo::new(stream, self.limits.write_timeout);
        match tls {
            None => self.requests(stream, false).await,
            Some(tls) => {
                let shaken =
                    tokio::time::timeout(self.limits.handshake_timeout, tls.accept(stream));
                match shaken.await {
                    Ok(Ok(stream)) => self.requests(stream, true).await,
                    Ok(Err(error)) => tracing::debug!(%error, "no TLS handshake"),
                    Err(_) => tracing::debug!("the TLS handshake took too long"),
                }
            }
        }
    }

    async fn requests(&self, io: impl AsyncRead + AsyncWrite + Unpin, tls: bool) {
        let service =
            service_fn(
                |request| async move { Ok::<_, Infallible>(self.request(request, tls).await) },
            );
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(io), service));
        let mut closing = self.closing.clone();
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = closing.begun() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn request(&self, request: Request<Incoming>, tls: bool) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let head = head_of(&parts, tls);
        let answer = match ops_routes::answer(&self.gateway, &head).await {
            Some(answer) => answer,
            None => self.gateway.handle(&head, body).await,
        };
        response(answer)
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

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let Answer { status, headers, body, code: _ } = answer;
    let mut response = Response::new(Full::new(Bytes::from(body)));
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
