use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use regiment_core::chance::Chance;
use regiment_server::{Config, HttpLimits, Running};

use crate::client::{call, connect, get, raw, read};
use crate::plain::BODY_BYTES_MAX;
use crate::{config, server, start};

fn with(change: impl FnOnce(&mut HttpLimits)) -> Running {
    let mut config: Config = config();
    change(&mut config.http);
    start(&config)
}

/// What the server does with a connection that it gives up on: an answer or none, then the end.
fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn open_connections(server: &Running) -> u64 {
    let page = get(server, "/metrics").body;
    let line = page.lines().find(|line| line.starts_with("regiment_connections ")).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_head_is_bounded() {
    let server = server();
    for head in [
        format!("GET /test/echo HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(1 << 20)),
        format!("GET /test/echo HTTP/1.1\r\n{}\r\n", "X-Many: a\r\n".repeat(5_000)),
        format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(1 << 20)),
    ] {
        let mut stream = connect(&server);
        // The server may hang up before it has all.
        let _ = stream.write_all(head.as_bytes());
        let said = rest(stream);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
        assert_eq!(get(&server, "/test/consult").status, 200);
    }
}

#[test]
fn a_body_is_bounded_by_its_dialect() {
    let server = server();
    let token = server.identity().token.expose();
    let head = format!("POST /test/echo HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n");
    let fits = call(&server, "POST", "/test/echo", &"a".repeat(BODY_BYTES_MAX));
    assert_eq!(fits.body, format!("POST /test/echo  x {BODY_BYTES_MAX} false"));
    let said = raw(&server, format!("{head}Content-Length: 999999999999\r\n\r\n").as_bytes());
    assert_eq!((said.status, said.body.as_str()), (413, "too large"));
    let mut chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..=BODY_BYTES_MAX / 1_000 {
        chunked.extend(format!("3e8\r\n{}\r\n", "a".repeat(1_000)).bytes());
    }
    let mut stream = connect(&server);
    let _ = stream.write_all(&chunked);
    let said = read(&mut BufReader::new(stream)).expect("an answer");
    assert_eq!((said.status, said.body.as_str()), (413, "too large"));
}

#[test]
fn garbage_harms_nobody() {
    let server = server();
    let mut chance = Chance::new(1);
    for round in 0..200 {
        let mut bytes: Vec<u8> = Vec::new();
        if round % 2 == 0 {
            bytes.extend(b"POST /test/start HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        }
        bytes.extend((0..chance.below(400)).flat_map(|_| chance.next_u64().to_be_bytes()));
        let mut stream = connect(&server);
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let said = rest(stream);
        assert!(said.is_empty() || said.starts_with("HTTP/1."), "{said}");
    }
    assert_eq!(get(&server, "/test/consult").body, "20");
}

#[test]
fn a_slow_body_is_given_up_on() {
    let server = with(|http| http.body_timeout = Duration::from_millis(50));
    let mut stream = connect(&server);
    stream
        .write_all(b"POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab")
        .unwrap();
    let said = rest(stream);
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
}

#[test]
fn a_slow_head_is_given_up_on() {
    let server = with(|http| http.head_timeout = Duration::from_millis(50));
    let mut stream = connect(&server);
    stream.write_all(b"GET /test/echo HTTP/1.1\r\nHo").unwrap();
    assert!(!rest(stream).starts_with("HTTP/1.1 200"));
    while open_connections(&server) > 1 {
        std::thread::yield_now();
    }
}

#[test]
fn an_answer_that_is_not_taken_is_given_up_on() {
    let server = with(|http| http.write_timeout = Duration::from_millis(50));
    let mut stream = connect(&server);
    let token = server.identity().token.expose();
    write!(stream, "GET /test/big HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n").unwrap();
    let mut first = [0];
    stream.read_exact(&mut first).unwrap();
    while open_connections(&server) > 1 {
        std::thread::yield_now();
    }
    let said = rest(stream);
    assert!(said.len() < 8 << 20, "it was cut off");
}

#[test]
fn bodies_share_a_bounded_room() {
    let server = with(|http| http.bodies_bytes = 64 << 10);
    let begin = |size: usize| {
        let mut stream = connect(&server);
        write!(
            stream,
            "POST /test/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
            size + 1
        )
        .unwrap();
        stream.write_all(&vec![b'a'; size]).unwrap();
        stream
    };
    // Where the two meet, either may be the one that finds no room: until the first has its share,
    // it is sent anew.
    let first = loop {
        let first = begin(60_000);
        let reply = call(&server, "POST", "/test/echo", &"a".repeat(50_000));
        if reply.status == 503 {
            assert_eq!(reply.body, "unavailable");
            break first;
        }
        assert_eq!(reply.status, 200);
    };
    drop(first);
    while call(&server, "POST", "/test/echo", &"a".repeat(50_000)).status != 200 {
        std::thread::yield_now();
    }
}

#[test]
fn connections_are_bounded_and_the_next_waits_its_turn() {
    let server = with(|http| http.connections = 2);
    let idle = [connect(&server), connect(&server)];
    let mut third = connect(&server);
    third.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    third.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(third.read(&mut [0]).is_err(), "it has to wait");
    drop(idle);
    third.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    assert_eq!(read(&mut BufReader::new(third)).unwrap().body, "ok\n");
}
