//! What a webhook is sent: one event, and the proof that it is ours and of now.

use regiment_core::events::Told;
use regiment_core::model::Time;
use regiment_core::vault::Secret;

use super::event::ShownEvent;
use crate::sign::hmac_sha256;

/// One event for one webhook, ready to be sent.
pub struct Notice {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Notice {
    /// Signed at this time: a receiver refuses what was signed long ago.
    pub fn of(told: &Told, secret: &Secret, now: Time) -> Notice {
        let body = serde_json::to_vec(&ShownEvent::of(told)).unwrap_or_default();
        let timestamp = now.0.div_euclid(1_000).to_string();
        let signed = [timestamp.as_bytes(), b".", &body].concat();
        let signature = hex::encode(hmac_sha256(secret.expose().as_bytes(), &signed));
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("x-regiment-event-id", told.event.seq.to_string()),
            ("x-regiment-timestamp", timestamp),
            ("x-regiment-signature", format!("v1={signature}")),
        ];
        Notice { headers, body }
    }
}
