//! What the API answers, as far as people are shown it. Fields that are not named here pass by, so
//! that a newer server can be talked to.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Client, Trouble};

/// Entries asked for at once: as many as the API gives.
const PAGE: &str = "1000";

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Running,
    AllSucceeded,
    SomeFailed,
    AllFailed,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Tally {
    pub total: u64,
    pub waiting: u64,
    pub running: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub cancelled: u64,
}

impl Tally {
    pub const fn ended(&self) -> u64 {
        self.succeeded + self.failed + self.cancelled
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Job {
    pub id: String,
    pub operation: String,
    pub state: JobState,
    pub sub_jobs: Tally,
    pub orders: Value,
    pub course: Option<Course>,
    pub parent_id: Option<String>,
    pub dialect: String,
    pub principal: String,
    pub accepted_at: String,
    pub ended_at: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Course {
    pub wave: u64,
    pub next_wave_at: Option<String>,
    pub awaits_approval: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Fault {
    pub code: String,
    pub message: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct SubJob {
    pub target: Target,
    pub state: String,
    pub began_at: Option<String>,
    pub ended_at: Option<String>,
    pub fault: Option<Fault>,
    pub attempts: Vec<Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Target {
    pub kind: String,
    pub id: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Server {
    pub id: String,
    pub short_id: String,
    pub name: String,
    pub status: String,
    pub activity: Option<String>,
    pub flavor: String,
    pub host: Option<String>,
    pub addresses: Vec<String>,
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Submitted {
    pub job: Option<Job>,
    pub verdicts: Verdicts,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Verdicts {
    pub admitted: u64,
    pub already_so: u64,
    pub refused: Vec<Refused>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Refused {
    pub server_id: String,
    pub fault: Fault,
}

/// Reads what the server said.
pub fn typed<T: DeserializeOwned>(client: &Client, said: &Value) -> Result<T, Trouble> {
    T::deserialize(said)
        .map_err(|_| Trouble::Strange { endpoint: client.endpoint().to_owned(), status: 200 })
}

/// A list, page after page, as the server says it.
pub struct Pages<'a> {
    client: &'a Client,
    path: String,
    /// The name of the array in the answer.
    field: &'static str,
    query: Vec<(&'static str, String)>,
    after: Option<String>,
    done: bool,
}

impl<'a> Pages<'a> {
    pub fn of(
        client: &'a Client,
        path: impl Into<String>,
        field: &'static str,
        query: Vec<(&'static str, String)>,
    ) -> Pages<'a> {
        Pages { client, path: path.into(), field, query, after: None, done: false }
    }

    /// The next page; nothing after the last one. A page may be empty and not be the last.
    pub fn next(&mut self) -> Result<Option<Vec<Value>>, Trouble> {
        if self.done {
            return Ok(None);
        }
        let mut query = self.query.clone();
        query.push(("limit", PAGE.to_owned()));
        query.extend(self.after.clone().map(|after| ("after", after)));
        let mut said = self.client.get(&self.path, &query)?;
        self.after = said["next"].as_str().map(str::to_owned);
        self.done = self.after.is_none();
        match said[self.field].take() {
            Value::Array(entries) => Ok(Some(entries)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => {
                Err(Trouble::Strange { endpoint: self.client.endpoint().to_owned(), status: 200 })
            }
        }
    }

    /// All that is left, or the first so many.
    pub fn all(mut self, most: Option<usize>) -> Result<Vec<Value>, Trouble> {
        let most = most.unwrap_or(usize::MAX);
        let mut all = Vec::new();
        while all.len() < most {
            let Some(page) = self.next()? else { break };
            all.extend(page);
        }
        all.truncate(most);
        Ok(all)
    }
}
