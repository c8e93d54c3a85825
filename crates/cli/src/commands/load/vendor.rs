//! What a vendor's client sends, signed with the same code that verifies it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use jiff::tz::Offset;
use regiment_server::core::vault::Secret;
use regiment_server::dialects::{Request, huawei, tencent_v2, tencent_v3};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http;

use super::Dialect;
use crate::client::{Place, Server, agent, escaped};

/// What is ordered.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    Start,
    Stop,
}

/// By what the order is asked for.
pub enum Ticket {
    /// One job.
    Job(String),
    /// A task for each server.
    Tasks(Vec<String>),
    /// Each server tells of its own last order.
    Servers,
}

pub struct Vendor {
    dialect: Dialect,
    agent: Agent,
    endpoint: String,
    /// Host and port.
    authority: String,
    access_key: String,
    secret_key: Secret,
    project: String,
}

/// Each request of the older way has a number of its own.
static NONCE: AtomicU64 = AtomicU64::new(1);

impl Vendor {
    pub fn new(
        dialect: Dialect,
        place: &Place,
        (access_key, secret_key): &(String, Secret),
        project: &str,
    ) -> Result<Vendor> {
        let (_, authority) = place.endpoint.split_once("://").context("no address")?;
        Ok(Vendor {
            dialect,
            agent: agent(&place.endpoint, place.ca_file.as_deref())?,
            endpoint: place.endpoint.clone(),
            authority: authority.to_owned(),
            access_key: access_key.clone(),
            secret_key: secret_key.clone(),
            project: project.to_owned(),
        })
    }

    /// Orders it; nothing if it was refused.
    pub fn order(&self, deed: Deed, team: &[Server]) -> Result<Option<Ticket>> {
        match self.dialect {
            Dialect::Huawei => {
                let ids: Vec<Value> = team.iter().map(|one| json!({ "id": one.id })).collect();
                let body = match deed {
                    Deed::Start => json!({ "os-start": { "servers": ids } }),
                    Deed::Stop => json!({ "os-stop": { "servers": ids, "type": "HARD" } }),
                };
                let path = format!("/v1/{}/cloudservers/action", self.project);
                let said = self.huawei("POST", &path, &body.to_string())?;
                Ok(said["job_id"].as_str().map(|job| Ticket::Job(job.to_owned())))
            }
            Dialect::TencentV2 => {
                let mut fields = BTreeMap::new();
                for (place, id) in ids(team).enumerate() {
                    fields.insert(format!("instanceIds.{place}"), id);
                }
                let action = match deed {
                    Deed::Start => "StartInstances",
                    Deed::Stop => {
                        fields.insert("forceStop".to_owned(), "1".to_owned());
                        "StopInstances"
                    }
                };
                let said = self.tencent_v2(action, fields)?;
                let tasks = ids(team).filter_map(|id| {
                    said["detail"][id.as_str()]["requestId"].as_str().map(str::to_owned)
                });
                let tasks: Vec<String> = tasks.collect();
                Ok((!tasks.is_empty()).then_some(Ticket::Tasks(tasks)))
            }
            Dialect::TencentV3 => {
                let ids: Vec<String> = ids(team).collect();
                let said = match deed {
                    Deed::Start => {
                        self.tencent_v3("StartInstances", &json!({ "InstanceIds": ids }))
                    }
                    Deed::Stop => self.tencent_v3(
                        "StopInstances",
                        &json!({ "InstanceIds": ids, "StopType": "HARD" }),
                    ),
                }?;
                Ok(said["Response"]["Error"].is_null().then_some(Ticket::Servers))
            }
        }
    }

    /// Whether the order is done: nothing yet, or how many servers failed.
    pub fn ask(&self, ticket: &Ticket, team: &[Server]) -> Result<Option<u64>> {
        match ticket {
            Ticket::Job(job) => {
                let said = self.huawei("GET", &format!("/v1/{}/jobs/{job}", self.project), "")?;
                let failed = |job: &&Value| job["status"] == "FAIL";
                let parts = said["entities"]["sub_jobs"].as_array();
                Ok(match said["status"].as_str() {
                    Some("SUCCESS") => Some(0),
                    Some("FAIL") => {
                        Some(parts.map_or(0, |all| all.iter().filter(failed).count() as u64))
                    }
                    Some(_) => None,
                    None => bail!("the job cannot be asked for: {said}"),
                })
            }
            Ticket::Tasks(tasks) => {
                let mut failed = 0;
                for task in tasks {
                    let fields = [("requestId".to_owned(), task.clone())].into();
                    let said = self.tencent_v2("DescribeTaskResult", fields)?;
                    match said["data"]["status"].as_u64() {
                        Some(0) => {}
                        Some(1) => failed += 1,
                        Some(_) => return Ok(None),
                        None => bail!("the task cannot be asked for: {said}"),
                    }
                }
                Ok(Some(failed))
            }
            Ticket::Servers => {
                let ids: Vec<String> = ids(team).collect();
                let asked = json!({ "InstanceIds": ids, "Limit": ids.len() });
                let said = self.tencent_v3("DescribeInstances", &asked)?;
                let Some(all) = said["Response"]["InstanceSet"].as_array() else {
                    bail!("the instances cannot be asked for: {said}");
                };
                let state = |one: &Value| {
                    one["LatestOperationState"].as_str().unwrap_or_default().to_owned()
                };
                if all.iter().any(|one| state(one) == "OPERATING") {
                    return Ok(None);
                }
                Ok(Some(all.iter().filter(|one| state(one) == "FAILED").count() as u64))
            }
        }
    }

    fn huawei(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let now = Offset::UTC.to_datetime(Timestamp::now()).strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("host".to_owned(), self.authority.clone()),
            ("x-sdk-date".to_owned(), now),
        ];
        let request = self.request(method, path, &headers, body);
        let proof = huawei::authorization(&request, &self.access_key, self.secret_key.expose());
        headers.push(("authorization".to_owned(), proof.context("the request has no date")?));
        self.send(method, path, &headers, body)
    }

    fn tencent_v2(&self, action: &str, fields: BTreeMap<String, String>) -> Result<Value> {
        const PATH: &str = "/v2/index.php";
        let mut fields = fields;
        let nonce =
            NONCE.fetch_add(1, Ordering::Relaxed) << 20 | u64::from(std::process::id() & 0xF_FFFF);
        for (name, value) in [
            ("Action", action.to_owned()),
            ("Nonce", nonce.to_string()),
            ("Region", "gz".to_owned()),
            ("SecretId", self.access_key.clone()),
            ("SignatureMethod", "HmacSHA256".to_owned()),
            ("Timestamp", Timestamp::now().as_second().to_string()),
        ] {
            fields.insert(name.to_owned(), value);
        }
        let secret_key = self.secret_key.expose();
        let signature = tencent_v2::signature("POST", &self.authority, PATH, &fields, secret_key);
        fields.insert("Signature".to_owned(), signature);
        let form: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let content_type = "application/x-www-form-urlencoded".to_owned();
        let headers = [("content-type".to_owned(), content_type)];
        self.send("POST", PATH, &headers, &form.join("&"))
    }

    fn tencent_v3(&self, action: &str, asked: &Value) -> Result<Value> {
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("host".to_owned(), self.authority.clone()),
            ("x-tc-action".to_owned(), action.to_owned()),
            ("x-tc-region".to_owned(), "ap-guangzhou".to_owned()),
            ("x-tc-timestamp".to_owned(), Timestamp::now().as_second().to_string()),
            ("x-tc-version".to_owned(), "2017-03-12".to_owned()),
        ];
        let body = asked.to_string();
        let request = self.request("POST", "/", &headers, &body);
        let secret_key = self.secret_key.expose();
        let proof = tencent_v3::authorization(&request, &self.access_key, secret_key, "cvm");
        headers.push(("authorization".to_owned(), proof.context("the request has no time")?));
        self.send("POST", "/", &headers, &body)
    }

    fn request<'a>(
        &self,
        method: &'a str,
        path: &'a str,
        headers: &'a [(String, String)],
        body: &'a str,
    ) -> Request<'a> {
        let tls = self.endpoint.starts_with("https:");
        Request { method, path, query: "", headers, body: body.as_bytes(), tls }
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: &str,
    ) -> Result<Value> {
        let uri = format!("{}{path}", self.endpoint);
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let sent = if body.is_empty() {
            self.agent.run(request.body(())?)
        } else {
            self.agent.run(request.body(body)?)
        };
        let mut answer = sent.with_context(|| format!("failed to reach {}", self.endpoint))?;
        let said = answer.body_mut().read_to_vec().context("failed to read an answer")?;
        serde_json::from_slice(&said).context("an answer is not JSON")
    }
}

/// The servers as Tencent Cloud names them.
fn ids(team: &[Server]) -> impl Iterator<Item = String> {
    team.iter().map(|server| format!("ins-{}", server.short_id))
}
