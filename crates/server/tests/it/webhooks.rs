//! Webhooks: every event arrives, in order and signed, at a receiver that fails half the time, and however
//! the server ends.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use regiment_dialects::sign::hmac_sha256;
use regiment_server::{Config, Deliveries, Pace, Running, Storage};

use crate::client::{Reply, raw};
use crate::start;

const SECRET: &str = "a secret of the tests";
/// Longer than any machine takes.
const PATIENCE: Duration = Duration::from_mins(1);

fn config(folder: &Path) -> Config {
    let deliveries = Deliveries {
        attempts: 4,
        timeout: Duration::from_secs(30),
        backoff: Duration::from_millis(1),
        backoff_max: Duration::from_millis(4),
    };
    let storage = Storage::Folder(folder.to_owned());
    Config {
        storage,
        pace: Pace::Quick,
        fleet: 60,
        workers: Some(2),
        deliveries,
        ..Config::ephemeral()
    }
}

/// One delivery as it arrived.
struct Arrived {
    id: u64,
    body: String,
}

#[derive(Default)]
struct Heard {
    arrived: Vec<Arrived>,
    taken: Vec<Arrived>,
}

/// Says what to answer to the n-th delivery of an event.
type Temper = dyn Fn(u64, usize) -> u16 + Send + Sync;

/// A receiver that checks each signature.
struct Receiver {
    url: String,
    heard: Arc<(Mutex<Heard>, Condvar)>,
    temper: Arc<Mutex<Box<Temper>>>,
}

impl Receiver {
    fn start(temper: impl Fn(u64, usize) -> u16 + Send + Sync + 'static) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook?of=tests", listener.local_addr().unwrap());
        let heard: Arc<(Mutex<Heard>, Condvar)> = Arc::default();
        let temper: Arc<Mutex<Box<Temper>>> = Arc::new(Mutex::new(Box::new(temper)));
        let (hears, judges) = (heard.clone(), temper.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                hear(stream, &hears, &judges);
            }
        });
        Receiver { url, heard, temper }
    }

    fn is_now(&self, temper: impl Fn(u64, usize) -> u16 + Send + Sync + 'static) {
        *self.temper.lock().unwrap() = Box::new(temper);
    }

    /// Waits until what was heard is enough.
    fn wait<T>(&self, mut enough: impl FnMut(&Heard) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        let (heard, news) = &*self.heard;
        let mut heard = heard.lock().unwrap();
        loop {
            if let Some(found) = enough(&heard) {
                return found;
            }
            let left = until.checked_duration_since(Instant::now()).expect("it arrives in time");
            heard = news.wait_timeout(heard, left).unwrap().0;
        }
    }

    /// The events that were taken, each once, in the order in which they were first taken.
    fn taken(&self) -> Vec<u64> {
        let mut seen = Vec::new();
        for one in &self.heard.0.lock().unwrap().taken {
            if !seen.contains(&one.id) {
                seen.push(one.id);
            }
        }
        seen
    }
}

fn hear(stream: TcpStream, heard: &(Mutex<Heard>, Condvar), temper: &Mutex<Box<Temper>>) {
    let mut from = BufReader::new(stream);
    let mut head = BTreeMap::new();
    let mut line = String::new();
    loop {
        line.clear();
        if from.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => head.insert(name.to_ascii_lowercase(), value.to_owned()),
            None if line == "\r\n" => break,
            None => head.insert("request".to_owned(), line.trim_end().to_owned()),
        };
    }
    let mut body = vec![0; head["content-length"].parse().unwrap()];
    if from.read_exact(&mut body).is_err() {
        return;
    }
    assert_eq!(head["request"], "POST /hook?of=tests HTTP/1.1");
    let signed = [head["x-regiment-timestamp"].as_bytes(), b".", &body].concat();
    let expected = hex::encode(hmac_sha256(SECRET.as_bytes(), &signed));
    assert_eq!(head["x-regiment-signature"], format!("v1={expected}"));
    let id: u64 = head["x-regiment-event-id"].parse().unwrap();
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains(&format!(r#""id":"{id}""#)), "{body}");
    let status = {
        let (known, news) = heard;
        let mut known = known.lock().unwrap();
        let before = known.arrived.iter().filter(|one| one.id == id).count();
        let status = temper.lock().unwrap()(id, before);
        known.arrived.push(Arrived { id, body: body.clone() });
        if status == 200 {
            known.taken.push(Arrived { id, body });
        }
        news.notify_all();
        status
    };
    // Zero hangs up without an answer.
    if status != 0 {
        let _ = write!(
            from.get_mut(),
            "HTTP/1.1 {status} x\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
        );
    }
}

fn call(running: &Running, method: &str, path: &str, body: &str) -> Reply {
    let token = running.identity().token.expose();
    let request = format!(
        "{method} /regiment/v1/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(running, request.as_bytes())
}

fn add(running: &Running, url: &str, more: &str) -> String {
    let body = format!(r#"{{"url":"{url}","secret":"{SECRET}"{more}}}"#);
    let reply = call(running, "POST", "webhooks", &body);
    assert_eq!(reply.status, 201, "{}", reply.body);
    let id = reply.body.strip_prefix(r#"{"webhook":{"id":""#).unwrap();
    id.split('"').next().unwrap().to_owned()
}

fn order(running: &Running, operation: &str) {
    let body = format!(r#"{{"operation":"{operation}","select":{{"name":"server-*"}}}}"#);
    assert_eq!(call(running, "POST", "jobs", &body).status, 202);
}

/// The number of the last event of a job of all servers that is still to be ordered.
fn end_of_next(running: &Running) -> u64 {
    running.events().next() + 2 * 60 + 1
}

#[test]
fn a_receiver_that_fails_half_the_time_gets_every_event_across_restarts() {
    let temp = tempfile::tempdir().unwrap();
    let config = config(temp.path());
    let mut running = start(&config);
    // Every other delivery fails, in every way there is.
    let receiver = Receiver::start(|id, before| match (before % 2, id % 3) {
        (0, 0) => 500,
        (0, 1) => 0,
        (0, _) => 302,
        (_, _) => 200,
    });
    add(&running, &receiver.url, "");
    let first = running.events().next();
    let mut last = first;
    for operation in ["stop", "start", "reboot"] {
        last = end_of_next(&running);
        order(&running, operation);
        let some = last - 100;
        receiver.wait(|heard| heard.taken.iter().any(|one| one.id >= some).then_some(()));
        assert!(running.shutdown());
        running = start(&config);
        receiver.wait(|heard| heard.taken.iter().any(|one| one.id >= last).then_some(()));
    }
    assert_eq!(receiver.taken(), (first..=last).collect::<Vec<_>>(), "each, in order");
    let all = receiver.heard.0.lock().unwrap().taken.len();
    let twice = all - receiver.taken().len();
    assert!(twice <= 3 * 64, "only what was not noted before a restart came again: {twice}");
    let other = call(&running, "GET", "webhooks", "").body;
    assert!(other.contains(r#""dead_letters":0,"lost":0"#), "{other}");
}

#[test]
fn what_is_never_taken_is_a_dead_letter_and_can_be_redelivered() {
    let temp = tempfile::tempdir().unwrap();
    let running = start(&config(temp.path()));
    let receiver = Receiver::start(|_, _| 503);
    let id = add(&running, &receiver.url, r#","kinds":["job_accepted","job_ended"]"#);
    order(&running, "stop");
    let path = format!("webhooks/{id}");
    let shown = |wanted: &str| {
        let until = Instant::now() + PATIENCE;
        loop {
            let reply = call(&running, "GET", &path, "");
            if reply.body.contains(wanted) {
                return reply.body;
            }
            assert!(Instant::now() < until, "{wanted} is not in {}", reply.body);
            std::thread::yield_now();
        }
    };
    shown(r#""dead_letters":2"#);
    let letters = call(&running, "GET", &format!("{path}/dead-letters?limit=1"), "").body;
    assert!(letters.contains(r#""kind":"job_accepted""#), "{letters}");
    assert!(letters.contains(r#""attempts":4,"failure":"it answered 503""#), "{letters}");
    let next = letters.rsplit(r#""next":""#).next().unwrap().split('"').next().unwrap();
    let rest = call(&running, "GET", &format!("{path}/dead-letters?after={next}"), "").body;
    assert!(rest.contains(r#""kind":"job_ended""#) && rest.ends_with(r#""next":null}"#), "{rest}");

    // A dead letter of a webhook that works again is taken after all, and so is what comes then.
    receiver.is_now(|_, _| 200);
    let body = format!(r#"{{"events":["{next}"]}}"#);
    let reply = call(&running, "POST", &format!("{path}/redeliver"), &body);
    assert_eq!((reply.status, reply.body.as_str()), (202, r#"{"redelivering":1}"#));
    shown(r#""dead_letters":1"#);
    assert_eq!(call(&running, "POST", &format!("{path}/redeliver"), "").status, 202);
    shown(r#""dead_letters":0"#);
    order(&running, "start");
    receiver.wait(|heard| (heard.taken.len() == 4).then_some(()));
    assert!(receiver.heard.0.lock().unwrap().taken[1].body.contains("job_ended"));
    let reply = call(&running, "POST", &format!("{path}/redeliver"), r#"{"events":["1"]}"#);
    assert_eq!(reply.status, 404);
    assert_eq!(call(&running, "DELETE", &path, "").status, 204);
    assert_eq!(call(&running, "GET", &path, "").status, 404);
}

#[test]
fn nothing_is_kept_for_nobody() {
    let temp = tempfile::tempdir().unwrap();
    let running = start(&config(temp.path()));
    let receiver = Receiver::start(|_, _| 500);
    let slow = add(&running, &receiver.url, "");
    order(&running, "stop");
    receiver.wait(|heard| (!heard.arrived.is_empty()).then_some(()));
    assert_eq!(call(&running, "DELETE", &format!("webhooks/{slow}"), "").status, 204);
    let good = Receiver::start(|_, _| 200);
    add(&running, &good.url, r#","kinds":["job_ended"]"#);
    order(&running, "start");
    good.wait(|heard| (heard.taken.len() == 1).then_some(()));
    assert!(good.heard.0.lock().unwrap().taken[0].body.contains(r#""operation":"start""#));
    let stored = std::fs::read_dir(temp.path()).unwrap().map(|entry| entry.unwrap().path());
    for file in stored.filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let clear = bytes.windows(SECRET.len()).any(|piece| piece == SECRET.as_bytes());
        assert!(!clear, "the secret is in the clear in {}", file.display());
    }
}
