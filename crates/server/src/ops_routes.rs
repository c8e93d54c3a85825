//! What those who keep the server running ask: is it alive, is it ready, what has it counted.

use std::time::Duration;

use regiment_dialects::Answer;

use crate::gateway::{Gateway, Head};
use crate::metrics;

/// How long the engine may take for a turn before the server counts as not ready.
const TURN_PATIENCE: Duration = Duration::from_secs(2);

const TEXT: &str = "text/plain; charset=utf-8";

/// The answer, if the request is one of these.
pub async fn answer(gateway: &Gateway, head: &Head) -> Option<Answer> {
    let route = match head.path.as_str() {
        "/healthz" => Route::Alive,
        "/readyz" => Route::Ready,
        "/metrics" => Route::Metrics,
        _ => return None,
    };
    if head.method != "GET" && head.method != "HEAD" {
        return Some(Answer::empty(405).with_header("allow", "GET, HEAD"));
    }
    Some(match route {
        Route::Alive => Answer::new(200, TEXT, "ok\n"),
        Route::Ready => match why_not_ready(gateway).await {
            None => Answer::new(200, TEXT, "ready\n"),
            Some(why) => Answer::new(503, TEXT, format!("{why}\n")),
        },
        Route::Metrics => {
            let page = gateway.published.look(|view| metrics::render(&gateway.metrics, view));
            Answer::new(200, "text/plain; version=0.0.4; charset=utf-8", page)
        }
    })
}

enum Route {
    Alive,
    Ready,
    Metrics,
}

/// A turn of the engine says that its thread lives and that the last commit succeeded: one that
/// fails ends the process.
async fn why_not_ready(gateway: &Gateway) -> Option<&'static str> {
    if gateway.closing.has_begun() {
        return Some("shutting down");
    }
    let Ok(pong) = gateway.engine.ping() else { return Some("the engine takes no orders") };
    match tokio::time::timeout(TURN_PATIENCE, pong).await {
        Ok(Ok(())) => None,
        Ok(Err(_)) => Some("the engine has stopped"),
        Err(_) => Some("the engine's turn takes long"),
    }
}
