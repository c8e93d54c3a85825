use std::path::Path;

use regiment_core::events::{EventKind, Since};
use regiment_server::{Config, Pace, Storage, Tls};

use crate::client::{get, raw};
use crate::{config, start};

const PASSWORD: &str = "Un1que@Pass-w0rd";

/// Where in the folder any of these words stands.
pub fn found(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for word in words {
            if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
                found.push(format!("{word} in {}", path.display()));
            }
        }
    }
    found
}

#[test]
fn no_secret_is_in_the_data_folder_in_the_clear() {
    let temp = tempfile::tempdir().unwrap();
    let config = Config {
        storage: Storage::Folder(temp.path().to_owned()),
        // So slow that the password waits under its seal.
        pace: Pace::Realistic,
        tls: Tls::Auto,
        ..config()
    };
    let server = start(&config);
    let all = get(&server, "/test/servers").body;
    let identity = server.identity().clone();
    let token = identity.token.expose();
    let reply = raw(
        &server,
        format!(
            "POST /test/password HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\
             X-Password: {PASSWORD}\r\nContent-Length: {}\r\n\r\n{all}",
            all.len()
        )
        .as_bytes(),
    );
    assert!(reply.body.ends_with("false 0"), "{}", reply.body);
    let secrets = [PASSWORD, identity.secret_key.expose(), token, "PRIVATE KEY"];
    assert_eq!(found(temp.path(), &secrets), Vec::<String>::new());
    assert!(!found(temp.path(), &[&identity.access_key]).is_empty(), "the search can find");
    server.shutdown();
    assert_eq!(found(temp.path(), &secrets), Vec::<String>::new());
    assert!(!format!("{identity:?}").contains(identity.secret_key.expose()));

    // The password arrives where it belongs once the work goes on.
    let server = start(&Config { pace: Pace::Instant, ..config });
    let job = reply.body.split(' ').next().unwrap();
    while get(&server, &format!("/test/job/{job}")).body == "Running" {
        std::thread::yield_now();
    }
    assert_eq!(get(&server, &format!("/test/job/{job}")).body, "AllSucceeded");
    let oldest = match server.events().since(0, 1) {
        Since::Lost { oldest } => oldest,
        Since::Events(_) | Since::Ahead { .. } => 0,
    };
    let Since::Events(events) = server.events().since(oldest, 10_000) else {
        panic!("the oldest event kept is kept");
    };
    assert!(events.iter().any(|event| event.kind == EventKind::JobEnded), "the story is told");
    let told = format!("{events:?}{}", get(&server, "/metrics").body);
    for secret in secrets {
        assert!(!told.contains(secret), "a secret is in the events or the metrics");
    }
    server.shutdown();
    assert_eq!(found(temp.path(), &secrets), Vec::<String>::new());
}
