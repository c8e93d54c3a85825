//! What a person sees when the server is ready, and can act on.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use regiment_server::Running;
use regiment_server::core::model::Phase;

/// Servers named in the request to copy: the default fleet whole; of a larger one the newest, since
/// a person copies it from a terminal.
const SERVERS_SHOWN: usize = 20;

pub fn show(running: &Running) -> io::Result<()> {
    say(&text(running))
}

/// One line, or several, for the person at the terminal.
pub fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // Nobody reads: the server is of use all the same.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// What is under way, for whoever waits.
pub fn note(text: &str) {
    // Nobody waits if this fails.
    let _ = writeln!(io::stderr(), "{text}");
}

/// What is wrong, beside what was asked for.
pub fn complain(text: &str) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr(), "regiment: {text}");
}

fn text(running: &Running) -> String {
    let identity = running.identity();
    let project = identity.project.plain();
    let (count, ids) = running.look(|view| {
        let ready = view.world.servers_of(identity.project).filter(|s| s.phase == Phase::Ready);
        let ids: Vec<String> = ready.take(SERVERS_SHOWN).map(|s| s.id.to_string()).collect();
        (view.world.servers_count(), ids)
    });
    let mut rows = vec![("endpoint", identity.endpoint.clone())];
    if let Some(endpoint) = &identity.tls_endpoint {
        rows.push(("TLS endpoint", endpoint.clone()));
    }
    if let Some(file) = &identity.ca_file {
        rows.push(("TLS authority", file.display().to_string()));
    }
    rows.push(("project id", project.clone()));
    rows.push(("access key", identity.access_key.to_string()));
    rows.push(("secret key", identity.secret_key.expose().to_owned()));
    rows.push(("token", format!("{} (good for a day)", identity.token.expose())));
    rows.push(("servers", count.to_string()));
    rows.push((
        "data folder",
        identity
            .data_folder
            .as_ref()
            .map_or_else(|| "none, nothing is kept".to_owned(), |path| path.display().to_string()),
    ));
    let mut text = format!("Regiment {} is ready.\n\n", env!("CARGO_PKG_VERSION"));
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:<14} {value}");
    }
    if !ids.is_empty() {
        let _ = write!(
            text,
            "\n{}",
            request(&identity.endpoint, &project, identity.token.expose(), &ids)
        );
    }
    text
}

/// A request that works as it stands.
fn request(endpoint: &str, project: &str, token: &str, ids: &[String]) -> String {
    let servers: Vec<String> = ids.iter().map(|id| format!("{{\"id\":\"{id}\"}}")).collect();
    format!(
        "Order new passwords for {} servers at once:\n\n\
         curl -sS -X PUT '{endpoint}/v1/{project}/cloudservers/os-reset-passwords' \\\n  \
         -H 'Content-Type: application/json' \\\n  \
         -H 'X-Auth-Token: {token}' \\\n  \
         -d '{{\"new_password\":\"Fresh@Start1\",\"servers\":[{}]}}'\n",
        ids.len(),
        servers.join(",")
    )
}
