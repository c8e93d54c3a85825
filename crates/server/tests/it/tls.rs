use std::io::{BufReader, Read as _, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use regiment_server::{Config, Running, Storage, Tls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{connect, read};
use crate::{config, start};

/// One request over TLS to a host of this name, trusting this file.
fn ask(server: &Running, ca_file: &Path, host: &str) -> std::io::Result<String> {
    let endpoint = server.identity().tls_endpoint.clone().unwrap();
    let tcp = TcpStream::connect(endpoint.strip_prefix("https://").unwrap())?;
    ask_over(tcp, server, ca_file, host)
}

fn ask_over(
    tcp: TcpStream,
    server: &Running,
    ca_file: &Path,
    host: &str,
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca_file).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let client = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut stream = StreamOwned::new(client, tcp);
    let token = server.identity().token.expose();
    write!(stream, "GET /test/echo HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n\r\n")?;
    Ok(read(&mut BufReader::new(stream)).expect("an answer").body)
}

#[test]
fn the_vendors_hosts_are_ours_for_whoever_trusts_our_authority() {
    let temp = tempfile::tempdir().unwrap();
    let config =
        Config { storage: Storage::Folder(temp.path().to_owned()), tls: Tls::Auto, ..config() };
    let first = start(&config);
    let ca_file = first.identity().ca_file.clone().unwrap();
    assert_eq!(ca_file, temp.path().join("ca.pem"));
    for host in [
        "localhost",
        "127.0.0.1",
        "::1",
        "iam.myhuaweicloud.com",
        "ecs.cn-north-4.myhuaweicloud.com",
        "ecs.ap-southeast-3.myhuaweicloud.com",
        "cvm.api.qcloud.com",
        "lb.api.qcloud.com",
        "cvm.tencentcloudapi.com",
        "clb.ap-guangzhou.tencentcloudapi.com",
    ] {
        let said = ask(&first, &ca_file, host).unwrap();
        assert_eq!(said, format!("GET /test/echo  {host} 0 true"));
    }
    for host in ["example.com", "myhuaweicloud.com", "a.b.c.api.qcloud.com"] {
        assert!(ask(&first, &ca_file, host).is_err(), "{host}");
    }
    let authority = std::fs::read(&ca_file).unwrap();
    first.shutdown();
    let second = start(&config);
    assert_eq!(std::fs::read(&ca_file).unwrap(), authority, "it is made once");
    assert!(ask(&second, &ca_file, "cvm.api.qcloud.com").is_ok());
}

#[test]
fn a_server_that_keeps_nothing_has_an_authority_as_long_as_it_lives() {
    let server = start(&Config { tls: Tls::Auto, ..config() });
    let ca_file = server.identity().ca_file.clone().unwrap();
    assert!(ask(&server, &ca_file, "localhost").is_ok());
    server.shutdown();
    assert!(!ca_file.exists());
}

#[test]
fn a_certificate_of_ones_own_is_used() {
    let temp = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["mine.example".to_owned()]).unwrap();
    let (chain, key) = (temp.path().join("cert.pem"), temp.path().join("key.pem"));
    std::fs::write(&chain, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let files = Tls::Files { chain: chain.clone(), key };
    let server = start(&Config { tls: files, ..config() });
    assert_eq!(server.identity().ca_file, None);
    assert!(ask(&server, &chain, "mine.example").is_ok());
    let wrong = Tls::Files { chain: chain.clone(), key: chain };
    assert!(regiment_server::start(&Config { tls: wrong, ..config() }).is_err());
}

#[test]
fn others_get_tls_and_only_this_machine_plain_http() {
    let open = Config { listen: "0.0.0.0:0".parse().unwrap(), tls: Tls::Auto, ..config() };
    let server = start(&open);
    assert!(server.identity().endpoint.starts_with("http://127.0.0.1:"));
    let ca_file = server.identity().ca_file.clone().unwrap();
    assert!(ask(&server, &ca_file, "localhost").is_ok());
}

/// A connection that the server was asked to tunnel, and what it said to that.
fn tunnel(server: &Running, host: &str) -> (TcpStream, String) {
    let mut tcp = connect(server);
    write!(tcp, "CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n").unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        tcp.read_exact(&mut byte).unwrap();
        said.push(byte[0]);
    }
    (tcp, String::from_utf8(said).unwrap())
}

#[test]
fn a_client_with_a_proxy_setting_gets_us_as_any_host() {
    let server = start(&Config { tls: Tls::Auto, ..config() });
    let ca_file = server.identity().ca_file.clone().unwrap();
    for host in ["cvm.api.qcloud.com", "ecs.cn-north-4.myhuaweicloud.com"] {
        let (tcp, said) = tunnel(&server, host);
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        assert!(!said.to_lowercase().contains("content-length"), "{said}");
        let said = ask_over(tcp, &server, &ca_file, host).unwrap();
        assert_eq!(said, format!("GET /test/echo  {host} 0 true"));
    }
    let (_tunnel, _) = tunnel(&server, "cvm.api.qcloud.com");
    assert!(server.shutdown(), "a tunnel that nobody uses does not hold it");
}

#[test]
fn there_is_no_tunnel_without_tls() {
    let (_, said) = tunnel(&crate::server(), "cvm.api.qcloud.com");
    assert!(said.starts_with("HTTP/1.1 501"), "{said}");
}

#[test]
fn connections_that_say_nothing_do_not_hold_a_server_that_ends() {
    let server = start(&Config { tls: Tls::Auto, ..config() });
    let endpoint = server.identity().tls_endpoint.clone().unwrap();
    let _encrypted = TcpStream::connect(endpoint.strip_prefix("https://").unwrap()).unwrap();
    let _silent = connect(&server);
    let mut half = connect(&server);
    half.write_all(b"POST /test/echo HTTP/1.1\r\nContent-Le").unwrap();
    // They are known of by now: each door takes its connections in order.
    assert!(ask(&server, server.identity().ca_file.as_ref().unwrap(), "localhost").is_ok());
    assert_eq!(crate::client::get(&server, "/healthz").status, 200);
    assert!(server.shutdown());
}
