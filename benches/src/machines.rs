//! Real machines: starting a batch of them against starting the same command lines by hand, as many at
//! a time. Needs the images that `cargo xtask test vm` builds; `VM_LIBRARY` says where they are.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::plane::{Plane, binary};
use crate::wire::Connection;

const COUNT: usize = 20;
/// As the tests of real machines have it built.
const IMAGE: &str = "Debian";
/// How often each side looks whether it is done: seldom enough to take nothing from the guests.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_mins(20);

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
pub fn report() -> Result<()> {
    let Some(library) = std::env::var_os("VM_LIBRARY").map(PathBuf::from) else {
        println!(
            "  LEFT OUT: VM_LIBRARY names no data folder with images (cargo xtask test vm builds one)"
        );
        return Ok(());
    };
    let count = std::env::var("VM_COUNT").ok().and_then(|count| count.parse().ok());
    let count = count.unwrap_or(COUNT);
    // On the same file system, so that the images need not be copied.
    let parent = library.parent().context("the library has a parent")?;
    let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(parent)?;
    let data = folder.path().join("data");
    link_all(&library.join("images"), &data.join("images"))?;
    // They outlive the plane, so they are ended whatever happens.
    let _machines = Machines(data.clone());
    let plane = Plane::start_real(&binary()?, folder.path())?;
    let began = Instant::now();
    let ids = make(&plane, count)?;
    println!(
        "  made in {:.1} s, each with its first boot and its password",
        began.elapsed().as_secs_f64()
    );
    let lines = command_lines(&data, &ids)?;
    power(&plane, &ids, false)?;

    // There and back, so that a machine that gets busier or calmer meanwhile is fair to both.
    let mut batches = Vec::new();
    let mut by_hand = Vec::new();
    for batch_first in [true, false] {
        for batch in [batch_first, !batch_first] {
            if batch {
                batches.push(power(&plane, &ids, true)?.as_secs_f64());
                power(&plane, &ids, false)?;
            } else {
                by_hand.push(start_by_hand(&lines)?.as_secs_f64());
            }
        }
    }
    let sum = |times: &[f64]| times.iter().sum::<f64>();
    println!(
        "  {count} machines up: {batches:.1?} s as a batch, {by_hand:.1?} s by hand; \
         ratio {:.3} (promised: at most 1.05)",
        sum(&batches) / sum(&by_hand),
    );
    plane.kill()
}

struct Machines(PathBuf);

impl Drop for Machines {
    fn drop(&mut self) {
        for entry in fs::read_dir(self.0.join("machines")).into_iter().flatten().flatten() {
            let Ok(text) = fs::read(entry.path().join("machine.json")) else { continue };
            let record: Value = serde_json::from_slice(&text).unwrap_or_default();
            if let Some(pid) = record["process"]["pid"].as_i64() {
                drop(Command::new("kill").args(["-9", &pid.to_string()]).status());
            }
        }
    }
}

fn link_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            link_all(&entry.path(), &target)?;
        } else {
            fs::hard_link(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Servers that run.
fn make(plane: &Plane, count: usize) -> Result<Vec<String>> {
    let subnets = plane.get("/v1/{project}/subnets", "")?;
    let subnet = &subnets["subnets"][0];
    let images = plane.get("/v2/cloudimages", "")?;
    // Others have more to do before they are up than a bare QEMU waits for.
    let plain =
        images["images"].as_array().and_then(|all| all.iter().find(|one| one["name"] == IMAGE));
    let image = plain.with_context(|| format!("the library has no image {IMAGE}"))?;
    let body = serde_json::json!({ "server": {
        "name": "bench", "flavorRef": "s3.small.1", "imageRef": image["id"],
        "vpcid": subnet["vpc_id"], "nics": [{ "subnet_id": subnet["id"] }],
        "root_volume": { "volumetype": "SSD" }, "adminPass": "Bench@Start1", "count": count,
    } });
    let order = plane.request("POST", "/v1/{project}/cloudservers", "", &body.to_string());
    let reply = Connection::open(plane.address)?.call(&order)?;
    let answer: Value = serde_json::from_slice(&reply.body)?;
    let ids = answer["serverIds"].as_array().with_context(|| answer.to_string())?;
    plane.settle_looking(LOOK_AGAIN)?;
    Ok(ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect())
}

/// Starts or stops all of them by one order, and says how long that took.
fn power(plane: &Plane, ids: &[String], on: bool) -> Result<Duration> {
    let began = Instant::now();
    let reply = Connection::open(plane.address)?.call(&plane.order(on, ids))?;
    let answer: Value = serde_json::from_slice(&reply.body)?;
    let job = answer["job_id"].as_str().with_context(|| answer.to_string())?.to_owned();
    plane.settle_looking(LOOK_AGAIN)?;
    let took = began.elapsed();
    let job = plane.get(&format!("/v1/{{project}}/jobs/{job}"), "")?;
    ensure!(job["status"] == "SUCCESS", "{job}");
    Ok(took)
}

/// How one machine's process was begun.
struct Line {
    folder: PathBuf,
    words: Vec<String>,
}

fn command_lines(data: &Path, ids: &[String]) -> Result<Vec<Line>> {
    ids.iter()
        .map(|id| {
            let machine = data.join("machines").join(id);
            let record: Value = serde_json::from_slice(&fs::read(machine.join("machine.json"))?)?;
            let pid = record["process"]["pid"].as_i64().with_context(|| format!("{id} runs"))?;
            let line = fs::read(format!("/proc/{pid}/cmdline"))?;
            let words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty());
            let words = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
            Ok(Line { folder: machine.join("run"), words })
        })
        .collect()
}

/// As many at a time as there are cores, each until its agent's port is open.
fn start_by_hand(lines: &[Line]) -> Result<Duration> {
    let at_a_time = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let waiting = Mutex::new(lines.iter());
    let next = || waiting.lock().expect("nobody panics with it").next();
    let began = Instant::now();
    let started: Vec<Result<Vec<Child>>> = thread::scope(|scope| {
        let work = || {
            let mut started = Vec::new();
            while let Some(line) = next() {
                started.push(start_one(line)?);
            }
            Ok(started)
        };
        let threads: Vec<_> = (0..at_a_time).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    let took = began.elapsed();
    for children in started {
        for mut child in children? {
            child.kill()?;
            child.wait()?;
        }
    }
    Ok(took)
}

fn start_one(line: &Line) -> Result<Child> {
    let owner = line.folder.metadata()?.uid();
    let mut command = if owner == 0 {
        Command::new(&line.words[0])
    } else {
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={owner}")).arg(format!("--regid={owner}"));
        command.args(["--clear-groups", "--"]).arg(&line.words[0]);
        command
    };
    let child = command
        .args(&line.words[1..])
        .current_dir(&line.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let control = line.folder.join("control.sock");
    let until = Instant::now() + PATIENCE;
    let short = File::open(&line.folder)?;
    let number = std::os::fd::AsRawFd::as_raw_fd(&short);
    let path = format!("/proc/self/fd/{number}/control.sock");
    let mut stream = loop {
        match UnixStream::connect(&path) {
            Ok(stream) => break stream,
            Err(_) if Instant::now() < until => thread::sleep(LOOK_AGAIN),
            Err(error) => bail!("{}: {error}", control.display()),
        }
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut events = BufReader::new(stream.try_clone()?).lines();
    stream.write_all(b"{\"execute\":\"qmp_capabilities\"}\n")?;
    loop {
        let line = events.next().context("QEMU ended")??;
        let event: Value = serde_json::from_str(&line)?;
        if event["event"] == "VSERPORT_CHANGE" && event["data"]["open"] == true {
            return Ok(child);
        }
    }
}
