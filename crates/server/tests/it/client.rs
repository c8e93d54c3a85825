//! The smallest HTTP client that does: what is sent is what the test wrote.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use regiment_server::Running;

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// No answer in this time is a failure, not a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub fn address(running: &Running) -> String {
    running.identity().endpoint.strip_prefix("http://").unwrap().to_owned()
}

pub fn connect(running: &Running) -> TcpStream {
    let stream = TcpStream::connect(address(running)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// One request on a connection of its own, with a token.
pub fn call(running: &Running, method: &str, target: &str, body: &str) -> Reply {
    let token = running.identity().token.expose();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(running, request.as_bytes())
}

pub fn get(running: &Running, target: &str) -> Reply {
    call(running, "GET", target, "")
}

/// Sends these bytes and reads one answer.
pub fn raw(running: &Running, bytes: &[u8]) -> Reply {
    let mut stream = connect(running);
    stream.write_all(bytes).unwrap();
    read(&mut BufReader::new(stream)).expect("an answer")
}

/// Reads one answer; nothing, if the connection was closed without one.
pub fn read(from: &mut impl BufRead) -> Option<Reply> {
    let mut head = String::new();
    loop {
        let start = head.len();
        match from.read_line(&mut head) {
            Ok(0) | Err(_) => return None,
            Ok(_) if &head[start..] == "\r\n" => break,
            Ok(_) => {}
        }
    }
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    Some(Reply { status, head, body: String::from_utf8(body).ok()? })
}
