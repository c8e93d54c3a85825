//! Client tokens: what was ordered with one leads to its first receipt, is refused once it expired, and then
//! is forgotten.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::World;
use crate::command::Receipt;
use crate::limits;
use crate::model::{ProjectId, Time};

/// A client token and the receipt it leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    pub project: ProjectId,
    pub token: Arc<str>,
    pub digest: [u8; 32],
    pub receipt: Receipt,
    pub expires_at: Time,
}

impl Token {
    /// When it may be used anew.
    pub const fn forgotten_at(&self) -> Time {
        forgotten_at(self.expires_at)
    }
}

const fn forgotten_at(expires_at: Time) -> Time {
    expires_at.after_ms(limits::TOKEN_REFUSED_MS)
}

impl World {
    pub fn token(&self, project: ProjectId, token: &Arc<str>) -> Option<&Token> {
        self.tokens.get(&(project, token.clone()))
    }

    pub fn tokens_count(&self) -> usize {
        self.tokens.len()
    }

    /// Tokens that nobody need remember.
    pub fn tokens_expired(&self, now: Time) -> Vec<(ProjectId, Arc<str>)> {
        self.token_expiry
            .iter()
            .take_while(|(expires_at, _, _)| forgotten_at(*expires_at) <= now)
            .map(|(_, project, token)| (*project, token.clone()))
            .collect()
    }

    pub(crate) fn put_token(&mut self, token: Token) {
        let key = (token.project, token.token.clone());
        self.token_expiry.insert((token.expires_at, key.0, key.1.clone()));
        if let Some(dirty) = &mut self.dirty {
            dirty.tokens.insert(key.clone());
        }
        self.tokens.insert(key, token);
    }

    pub(crate) fn drop_token(&mut self, project: ProjectId, token: &Arc<str>) {
        let key = (project, token.clone());
        if let Some(old) = self.tokens.remove(&key) {
            self.token_expiry.remove(&(old.expires_at, project, token.clone()));
        }
        if let Some(dirty) = &mut self.dirty {
            dirty.tokens.insert(key);
        }
    }
}
