//! What HTTP itself costs: a bare handler that parses and hashes the same body, and one that gives
//! back the same bytes.

use std::net::SocketAddr;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use regiment_dialects::sign;

/// Serves until the process ends.
pub fn serve(page: Vec<u8>) -> Result<SocketAddr> {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async move {
            let page = Bytes::from(page);
            let routes = Router::new()
                .route("/order", post(order))
                .route("/page", get(move || async move { page }))
                .route("/echo", post(|body: Bytes| async { body }))
                .layer(DefaultBodyLimit::max(16 << 20));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address")).expect("someone waits");
            axum::serve(listener, routes).await.expect("it serves");
        });
    });
    Ok(told.recv()?)
}

async fn order(body: Bytes) -> String {
    let parsed: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let servers = parsed["os-stop"]["servers"].as_array().map_or(0, Vec::len);
    format!("{{\"job_id\":\"{}\",\"servers\":{servers}}}", sign::sha256_hex(&body))
}
