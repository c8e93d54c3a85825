//! A real `regiment serve` with a folder of its own, and signed requests for it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, bail, ensure};
use regiment_dialects::sign;
use serde_json::Value;

use crate::wire::Connection;

pub struct Plane {
    child: Child,
    pub address: SocketAddr,
    pub ready_in: Duration,
    project: String,
    access_key: String,
    secret_key: String,
}

impl Plane {
    pub fn start(binary: &Path, folder: &Path, fleet: usize, kept: bool) -> Result<Plane> {
        let ready = folder.join("ready.json");
        let data = folder.join("data");
        let keep = if kept {
            vec![OsStr::new("--data"), data.as_os_str()]
        } else {
            vec!["--ephemeral".as_ref()]
        };
        let fleet = fleet.to_string();
        let mut words: Vec<&OsStr> = Vec::new();
        words.extend(["--pace", "instant", "--seed", "7", "--fleet", &fleet].map(OsStr::new));
        words.extend(keep);
        Plane::launch(binary, &ready, &words)
    }

    /// One of real machines, kept in the folder's `data`.
    pub fn start_real(binary: &Path, folder: &Path) -> Result<Plane> {
        let data = folder.join("data");
        let words = ["--driver".as_ref(), "qemu".as_ref(), "--data".as_ref(), data.as_os_str()];
        // Room for all of them on any machine.
        let room = ["--overcommit".as_ref(), "1000:1000".as_ref()];
        Plane::launch(binary, &folder.join("ready.json"), &[words.as_slice(), &room].concat())
    }

    fn launch(binary: &Path, ready: &Path, words: &[&OsStr]) -> Result<Plane> {
        let began = Instant::now();
        let child = Command::new(binary)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .arg("--ready-file")
            .arg(ready)
            .args(words)
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("start {}", binary.display()))?;
        let text = loop {
            if let Ok(text) = std::fs::read_to_string(ready) {
                break text;
            }
            if began.elapsed() > Duration::from_mins(2) {
                bail!("the server did not become ready");
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let ready_in = began.elapsed();
        let facts: Value = serde_json::from_str(&text)?;
        let fact = |name: &str| {
            facts[name].as_str().map(str::to_owned).with_context(|| format!("{name} in ready file"))
        };
        let address = fact("endpoint")?.trim_start_matches("http://").parse()?;
        Ok(Plane {
            child,
            address,
            ready_in,
            project: fact("project_id")?,
            access_key: fact("access_key")?,
            secret_key: fact("secret_key")?,
        })
    }

    /// The bytes of a signed request. Good for fifteen minutes, as often as one likes.
    pub fn request(&self, method: &str, path: &str, query: &str, body: &str) -> Vec<u8> {
        let date = sdk_date(SystemTime::now());
        let path = path.replace("{project}", &self.project);
        let canonical = format!(
            "{method}\n{path}/\n{query}\nhost:{}\nx-sdk-date:{date}\n\nhost;x-sdk-date\n{}",
            self.address,
            sign::sha256_hex(body.as_bytes())
        );
        let hash = sign::sha256_hex(canonical.as_bytes());
        let to_sign = format!("SDK-HMAC-SHA256\n{date}\n{hash}");
        let signature: String = sign::hmac_sha256(self.secret_key.as_bytes(), to_sign.as_bytes())
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let target = if query.is_empty() { path } else { format!("{path}?{query}") };
        format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nX-Sdk-Date: {date}\r\nContent-Type: application/json\r\nAuthorization: SDK-HMAC-SHA256 Access={}, SignedHeaders=host;x-sdk-date, Signature={signature}\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            self.access_key,
            body.len()
        )
        .into_bytes()
    }

    /// A power order over these servers.
    pub fn order(&self, start: bool, ids: &[String]) -> Vec<u8> {
        let servers: Vec<String> = ids.iter().map(|id| format!("{{\"id\":\"{id}\"}}")).collect();
        let servers = servers.join(",");
        let body = if start {
            format!("{{\"os-start\":{{\"servers\":[{servers}]}}}}")
        } else {
            format!("{{\"os-stop\":{{\"type\":\"HARD\",\"servers\":[{servers}]}}}}")
        };
        self.request("POST", "/v1/{project}/cloudservers/action", "", &body)
    }

    pub fn get(&self, path: &str, query: &str) -> Result<Value> {
        let mut connection = Connection::open(self.address)?;
        let reply = connection.call(&self.request("GET", path, query, ""))?;
        ensure!(reply.status == 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
        Ok(serde_json::from_slice(&reply.body)?)
    }

    /// The ids of the whole fleet.
    pub fn ids(&self, fleet: usize) -> Result<Vec<String>> {
        let mut ids = Vec::with_capacity(fleet);
        for page in 1.. {
            let query = format!("limit=1000&offset={page}");
            let list = self.get("/v1/{project}/cloudservers/detail", &query)?;
            let servers = list["servers"].as_array().context("servers")?;
            ids.extend(servers.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)));
            if servers.len() < 1000 {
                break;
            }
        }
        ensure!(ids.len() == fleet, "{} servers instead of {fleet}", ids.len());
        Ok(ids)
    }

    /// The figures the server keeps of itself: the unlabelled lines of `/metrics`.
    pub fn metrics(&self) -> Result<HashMap<String, f64>> {
        let mut connection = Connection::open(self.address)?;
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        let reply = connection.call(request.as_bytes())?;
        let text = String::from_utf8_lossy(&reply.body);
        let figure = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        Ok(text.lines().filter_map(figure).collect())
    }

    /// Waits until no sub-job is in flight.
    pub fn settle(&self) -> Result<()> {
        self.settle_looking(Duration::ZERO)
    }

    /// The same with a pause between looks, where what is waited for needs the processors itself.
    pub fn settle_looking(&self, pause: Duration) -> Result<()> {
        loop {
            let metrics = self.metrics()?;
            let open = metrics.get("regiment_sub_jobs_in_flight");
            if *open.context("regiment_sub_jobs_in_flight in /metrics")? < 0.5 {
                return Ok(());
            }
            std::thread::sleep(pause);
        }
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? / 1024)
    }

    /// The power cord.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `20240102T030405Z`.
fn sdk_date(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Days to a date, after the well-known civil calendar formula.
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z",
        of_day / 3600,
        of_day % 3600 / 60,
        of_day % 60
    )
}

pub fn binary() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().context("a folder")?;
    let binary = folder.join("regiment");
    ensure!(binary.exists(), "build it first: cargo build --release -p regiment");
    Ok(binary)
}
