//! Following events: nothing is missed and nothing comes twice, however often the stream is dropped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use regiment_core::apply::{Change, Move, Next, Progress};
use regiment_core::events::{EventKind, Since};
use regiment_core::model::{JobId, ProjectId, Role, Time};
use regiment_core::vault::Secret;
use regiment_server::{Config, GivenCredential, HttpLimits, Pace, Running, Storage};

use crate::client::{Reply, connect, raw};
use crate::start;

/// Speaks Regiment's own API.
fn config() -> Config {
    let http = HttpLimits { heartbeat: Duration::from_millis(20), ..HttpLimits::default() };
    Config { pace: Pace::Quick, workers: Some(2), http, ..Config::ephemeral() }
}

fn kept(folder: &Path) -> Config {
    Config { storage: Storage::Folder(folder.to_owned()), ..config() }
}

/// One server-sent event, or an id alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    id: u64,
    kind: String,
    data: String,
}

struct Stream {
    from: BufReader<TcpStream>,
}

impl Stream {
    /// Asks in HTTP/1.0, so that the body comes as it is.
    fn open(running: &Running, token: &str, query: &str, last: Option<u64>) -> Stream {
        let mut stream = connect(running);
        let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        write!(
            stream,
            "GET /regiment/v1/events{query} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{last}\r\n"
        )
        .unwrap();
        let mut from = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(from.read_line(&mut head).unwrap(), 0, "{head}");
        }
        assert!(head.contains(" 200 ") && head.contains("text/event-stream"), "{head}");
        Stream { from }
    }

    /// The next event, or id; nothing at the end.
    fn next(&mut self) -> Option<Told> {
        let mut told = Told::default();
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                None if line == "\n" => return Some(told),
                Some(("id", id)) => told.id = id.parse().unwrap(),
                Some(("event", kind)) => kind.clone_into(&mut told.kind),
                Some(("data", data)) => data.clone_into(&mut told.data),
                Some(("" | "retry", _)) => {}
                other => panic!("{other:?} in {line:?}"),
            }
        }
    }
}

fn token(running: &Running) -> String {
    running.identity().token.expose().to_owned()
}

fn call(running: &Running, method: &str, path: &str, token: &str, body: &str) -> Reply {
    let request = format!(
        "{method} /regiment/v1/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(running, request.as_bytes())
}

/// Orders something of every server. Gives back the job's id.
fn order(running: &Running, operation: &str) -> String {
    let body = format!(r#"{{"operation":"{operation}","select":{{"name":"server-*"}}}}"#);
    let reply = call(running, "POST", "jobs", &token(running), &body);
    assert_eq!(reply.status, 202, "{}", reply.body);
    let id = reply.body.strip_prefix(r#"{"job":{"id":""#).unwrap();
    id.split('"').next().unwrap().to_owned()
}

/// Reads on after `last` until a job ends, hanging up after each few events.
fn follow(running: &Running, mut last: u64, job: &str, seen: &mut Vec<Told>) {
    let token = token(running);
    for size in (1..).map(|round| round * 7 % 50 + 1) {
        let mut stream = Stream::open(running, &token, "", Some(last));
        for _ in 0..size {
            let told = stream.next().expect("the server runs");
            assert!(told.id >= last);
            last = told.id;
            if told.kind.is_empty() {
                continue;
            }
            let ends =
                told.kind == "job_ended" && told.data.contains(&format!(r#""job_id":"{job}""#));
            seen.push(told);
            if ends {
                return;
            }
        }
    }
}

#[test]
fn a_dropped_stream_misses_nothing_and_repeats_nothing() {
    let running = start(&Config { fleet: 300, ..config() });
    let first = running.events().next();
    let job = order(&running, "stop");
    let mut seen = Vec::new();
    follow(&running, first - 1, &job, &mut seen);
    let ids: Vec<u64> = seen.iter().map(|told| told.id).collect();
    assert_eq!(
        ids,
        (first..first + 602).collect::<Vec<_>>(),
        "accepted, each begun and ended, ended"
    );
    assert_eq!(seen.iter().filter(|told| told.kind == "sub_job_ended").count(), 300);
    assert!(seen[601].data.contains(r#""state":"all_succeeded""#), "{}", seen[601].data);
}

#[test]
fn a_restart_between_is_not_noticed() {
    let temp = tempfile::tempdir().unwrap();
    let config = Config { fleet: 200, ..kept(temp.path()) };
    let mut running = start(&config);
    let first = running.events().next();
    let mut seen = Vec::new();
    for operation in ["stop", "start", "reboot"] {
        let before = seen.last().map_or(first - 1, |told: &Told| told.id);
        let job = order(&running, operation);
        // Some are seen before the restart, some happen before it and are not seen, some come after.
        let mut stream = Stream::open(&running, &token(&running), "", Some(before));
        while seen.last().is_none_or(|told| told.id < before + 20) {
            seen.extend(stream.next().filter(|told| !told.kind.is_empty()));
        }
        assert!(running.shutdown());
        while stream.next().is_some() {}
        running = start(&config);
        follow(&running, seen.last().unwrap().id, &job, &mut seen);
    }
    let ids: Vec<u64> = seen.iter().map(|told| told.id).collect();
    assert_eq!(ids, (first..first + ids.len() as u64).collect::<Vec<_>>());
    let ended = seen.iter().filter(|told| told.kind == "sub_job_ended").count();
    assert_eq!(ended, 600);
}

#[test]
fn what_is_no_longer_kept_is_gone_and_said_to_be() {
    let running = start(&config());
    let token = token(&running);
    let reply = call(&running, "GET", "events?after=1000", &token, "");
    assert_eq!(reply.status, 410);
    assert!(reply.body.contains("the newest is 0"), "{}", reply.body);
    for turn in 1..=3 {
        let progress = Progress {
            job: JobId(1 << 40),
            project: ProjectId(1),
            at: Time::ZERO,
            ends_job: false,
            moves: vec![Move { first: 0, count: 60_000, next: Next::Start }],
            placed: Vec::new(),
        };
        running.events().push(1 + turn * 60_000, vec![Change::Progress(progress)]);
    }
    let reply = call(&running, "GET", "events?after=59999", &token, "");
    assert_eq!(reply.status, 410);
    assert!(reply.body.contains(r#""code":"EventsGone""#), "{}", reply.body);
    assert!(reply.body.contains("events before 60001 are no longer kept"), "{}", reply.body);
    assert!(reply.head.contains("application/problem+json"), "{}", reply.head);
    let mut oldest = Stream::open(&running, &token, "", Some(60_000));
    loop {
        let told = oldest.next().expect("the server runs");
        assert_eq!(told.kind, "", "they are another project's, and passed over");
        if told.id == 180_000 {
            break;
        }
    }
}

#[test]
fn a_reader_gets_what_it_wants_and_its_own() {
    let temp = tempfile::tempdir().unwrap();
    let first = start(&kept(temp.path()));
    let (mine, owner) = (token(&first), first.identity().project);
    let servers: Vec<_> = first.look(|view| view.world.servers().map(|one| one.id).collect());
    drop(first);
    let other = GivenCredential {
        access_key: "OTHER".to_owned(),
        secret_key: Secret::new("other"),
        project: ProjectId(7),
        role: Role::Admin,
    };
    let running = start(&Config { credential: Some(other), ..kept(temp.path()) });
    assert_ne!(running.identity().project, owner);
    let before = running.events().next() - 1;
    let body = format!(
        r#"{{"operation":"stop","servers":["{}","{}","nowhere"]}}"#,
        servers[0], servers[1]
    );
    assert_eq!(call(&running, "POST", "jobs", &mine, &body).status, 202);
    let until_end = |query: &str| {
        let mut stream = Stream::open(&running, &mine, query, Some(before));
        let mut seen = Vec::new();
        loop {
            let told = stream.next().expect("the server runs");
            if !told.kind.is_empty() {
                seen.push(told.kind.clone());
            }
            if told.id == before + 7 {
                return seen;
            }
        }
    };
    let all = until_end("");
    assert_eq!(all.len(), 7, "{all:?}");
    assert_eq!(until_end("?kind=job_ended&kind=job_accepted"), ["job_accepted", "job_ended"]);
    assert_eq!(until_end("?state=refused&state=some_failed"), ["sub_job_ended", "job_ended"]);
    let of_one = format!("?server={}&server={}", servers[0], servers[2].handle());
    assert_eq!(until_end(&of_one), ["sub_job_started", "sub_job_ended"]);
    assert_eq!(until_end("?job=1"), Vec::<String>::new());
    let mut theirs = Stream::open(&running, &token(&running), "", Some(before));
    loop {
        let told = theirs.next().expect("the server runs");
        assert_eq!((told.kind.as_str(), told.data.as_str()), ("", ""));
        if told.id == before + 7 {
            break;
        }
    }
}

#[test]
fn a_stream_that_begins_now_tells_where_and_ends_with_the_server() {
    let running = start(&config());
    order(&running, "stop");
    let mut stream = Stream::open(&running, &token(&running), "", None);
    let begun = stream.next().unwrap();
    assert_eq!(begun.kind, "");
    let Since::Events(events) = running.events().since(begun.id + 1, 1_000) else { panic!("kept") };
    assert!(events.iter().all(|event| !matches!(event.kind, EventKind::JobAccepted { .. })));
    assert!(running.shutdown(), "a stream does not hold it up");
    let mut rest = String::new();
    stream.from.read_to_string(&mut rest).unwrap();
    assert!(rest.is_empty() || rest.ends_with("\n\n"), "{rest}");
}

#[test]
fn so_many_follow_and_no_more() {
    let http = HttpLimits { streams: 2, ..config().http };
    let running = start(&Config { http, ..config() });
    let token = token(&running);
    let streams: Vec<Stream> = (0..2).map(|_| Stream::open(&running, &token, "", None)).collect();
    let refused = call(&running, "GET", "events", &token, "");
    assert_eq!(refused.status, 429);
    assert!(refused.body.contains(r#""code":"TooManyStreams""#), "{}", refused.body);
    drop(streams);
    // Its going is noticed when it is next spoken to, or at once.
    loop {
        let mut stream = BufReader::new(connect(&running));
        write!(
            stream.get_mut(),
            "GET /regiment/v1/events HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        .unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        if line.contains(" 200 ") {
            break;
        }
        assert!(line.contains(" 429 "), "{line}");
    }
}
