use proptest::prelude::*;
use regiment_core::model::{ProjectId, RequestId, Role};
use regiment_core::vault::{Sealed, Secret};
use serde::Deserialize;

use super::*;
use crate::{Bearer, Gate, Key};

/// A request and its signature as the vendor's own signer made it.
#[derive(Clone, Debug, Deserialize)]
struct Vector {
    name: String,
    ak: String,
    sk: String,
    method: String,
    target: String,
    headers: serde_json::Map<String, serde_json::Value>,
    body: String,
}

#[derive(Clone)]
struct Sent {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

struct OneKey {
    ak: String,
    sk: String,
}

impl Gate for OneKey {
    fn key(&self, access_key: &str) -> Option<Key> {
        let secret_key = Secret::new(self.sk.clone());
        (access_key == self.ak).then_some(Key {
            secret_key,
            project: ProjectId(1),
            role: Role::Admin,
        })
    }

    fn bearer(&self, token: &str) -> Option<Bearer> {
        (token == "good").then(|| Bearer {
            access_key: "AK".into(),
            project: ProjectId(2),
            role: Role::Admin,
            issued_at: Time::ZERO,
            expires_at: Time(1_000),
        })
    }

    fn issue(&self, _access_key: &str, _secret_key: &str) -> Option<(String, Bearer)> {
        None
    }

    fn first_use(&self, _access_key: &str, _nonce: &str, _forget_at: Time) -> bool {
        true
    }

    fn random(&self) -> [u8; 32] {
        [7; 32]
    }

    fn seal(&self, secret: &Secret) -> Sealed {
        Sealed(secret.expose().as_bytes().to_vec())
    }
}

fn vectors() -> Vec<Vector> {
    let text = include_str!("../../../tests/data/huawei_signatures.json");
    serde_json::from_str(text).expect("the vectors are JSON")
}

fn sent(vector: &Vector) -> Sent {
    let (path, query) = vector.target.split_once('?').unwrap_or((&vector.target, ""));
    let headers = vector.headers.iter().map(|(name, value)| {
        (name.to_ascii_lowercase(), value.as_str().expect("headers are text").to_owned())
    });
    Sent {
        method: vector.method.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.collect(),
        body: vector.body.clone().into_bytes(),
    }
}

fn judged(gate: &OneKey, sent: &Sent, now: Time) -> Result<Caller, Answer> {
    let request = Request {
        method: &sent.method,
        path: &sent.path,
        query: &sent.query,
        headers: &sent.headers,
        body: &sent.body,
        tls: false,
    };
    let id = RequestId(7);
    caller(&request, &Context { now, request: id, gate }, Reply { request: id })
}

fn gate_of(vector: &Vector) -> OneKey {
    OneKey { ak: vector.ak.clone(), sk: vector.sk.clone() }
}

/// 2024-01-02T03:04:05Z, the date of the vectors.
const DATE: Time = Time(1_704_164_645_000);

fn refusal(result: Result<Caller, Answer>) -> String {
    let answer = result.expect_err("it is refused");
    assert_eq!(answer.status, 401);
    String::from_utf8(answer.body).expect("UTF-8")
}

#[test]
fn the_vendors_signer_is_believed() {
    for vector in vectors() {
        let caller = judged(&gate_of(&vector), &sent(&vector), DATE);
        assert_eq!(caller.map(|caller| caller.project), Ok(ProjectId(1)), "{}", vector.name);
    }
}

#[test]
fn one_other_byte_anywhere_is_not() {
    fn flipped(text: &str, at: usize) -> Option<String> {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
        String::from_utf8(bytes).ok()
    }
    for vector in vectors() {
        let gate = gate_of(&vector);
        let good = sent(&vector);
        let unsigned = good.headers.iter().any(|(_, value)| value == UNSIGNED);
        let mut bad: Vec<(String, Sent)> = Vec::new();
        let mut put = |what: &str, at: usize, one: Sent| bad.push((format!("{what} {at}"), one));
        for at in 0..good.method.len() {
            let method = flipped(&good.method, at).expect("ASCII");
            put("method", at, Sent { method, ..good.clone() });
        }
        for at in 1..good.path.len() {
            let path = flipped(&good.path, at).expect("ASCII");
            put("path", at, Sent { path, ..good.clone() });
        }
        for at in 0..good.query.len() {
            let query = flipped(&good.query, at).expect("ASCII");
            put("query", at, Sent { query, ..good.clone() });
        }
        if !unsigned {
            for at in 0..good.body.len() {
                let mut body = good.body.clone();
                body[at] ^= 1;
                put("body", at, Sent { body, ..good.clone() });
            }
            put(
                "body",
                good.body.len(),
                Sent { body: [&good.body[..], b" "].concat(), ..good.clone() },
            );
        }
        for (index, (name, value)) in good.headers.iter().enumerate() {
            for at in 0..value.len() {
                let mut headers = good.headers.clone();
                headers[index].1 = flipped(value, at).expect("ASCII");
                put(name, at, Sent { headers, ..good.clone() });
            }
        }
        for (what, one) in bad {
            assert!(judged(&gate, &one, DATE).is_err(), "{}: {what}", vector.name);
        }
    }
}

#[test]
fn the_gateway_says_why() {
    let vector = vectors().remove(0);
    let (gate, good) = (gate_of(&vector), sent(&vector));
    for off in [-1, 1] {
        let edge = DATE.after_ms(off * SIGNATURE_WINDOW_MS);
        assert!(judged(&gate, &good, edge).is_ok());
        let late = judged(&gate, &good, edge.after_ms(off));
        assert!(refusal(late).contains("signature expired"));
    }
    let stranger = OneKey { ak: "OTHER".into(), ..gate_of(&vector) };
    let message = refusal(judged(&stranger, &good, DATE));
    assert!(message.contains(&format!("ak:{},err:ak not exist", vector.ak)), "{message}");
    let bare = Sent { headers: Vec::new(), ..good.clone() };
    assert!(refusal(judged(&gate, &bare, DATE)).contains("x-auth-token not found"));
    let with_token =
        |token: &str| Sent { headers: vec![("x-auth-token".into(), token.into())], ..good.clone() };
    assert_eq!(judged(&gate, &with_token("good"), Time(999)).map(|c| c.project), Ok(ProjectId(2)));
    for (token, now) in [("good", Time(1_000)), ("bad", Time(1))] {
        assert!(refusal(judged(&gate, &with_token(token), now)).contains("decrypt token fail"));
    }
}

/// Signs as clients do that are not the vendor's Python.
fn sign_as(sent: &Sent, sk: &str, names: &str, query: &str, payload: &str) -> String {
    let mut headers = String::new();
    for name in names.split(';') {
        let mut values: Vec<_> =
            sent.headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.trim()).collect();
        values.sort_unstable();
        values.iter().for_each(|value| headers.extend([name, ":", value, "\n"]));
    }
    let canonical =
        format!("{}\n{}/\n{query}\n{headers}\n{names}\n{payload}", sent.method, sent.path);
    let date = sent.headers.iter().find(|(name, _)| name == "x-sdk-date").expect("dated");
    let hash = sign::sha256_hex(canonical.as_bytes());
    let to_sign = format!("SDK-HMAC-SHA256\n{}\n{hash}", date.1);
    let signature = hex::encode(sign::hmac_sha256(sk.as_bytes(), to_sign.as_bytes()));
    format!("SDK-HMAC-SHA256 Access=AK,SignedHeaders={names},  Signature={signature}")
}

#[test]
fn other_clients_plain_forms_are_believed() {
    let gate = OneKey { ak: "AK".into(), sk: "SK".into() };
    let dated = ("x-sdk-date".to_owned(), "20240102T030405Z".to_owned());
    let base = Sent {
        method: "GET".into(),
        path: "/v1/p/cloudservers".into(),
        query: "name=a+b&limit".into(),
        headers: vec![dated, ("x-two".into(), " b ".into()), ("x-two".into(), "a".into())],
        body: Vec::new(),
    };
    let empty = sign::sha256_hex(b"");
    let signed = |names: &str, query: &str, payload: &str, more: Option<(&str, &str)>| {
        let mut one = base.clone();
        one.headers.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let header = sign_as(&one, "SK", names, query, payload);
        one.headers.push(("authorization".into(), header));
        judged(&gate, &one, DATE).is_ok()
    };
    // The date alone; a plus that is a space; a header sent twice; a hash in place of an empty body.
    assert!(signed("x-sdk-date", "limit=&name=a%2Bb", &empty, None));
    assert!(signed("x-sdk-date", "limit=&name=a%20b", &empty, None));
    assert!(signed("x-sdk-date;x-two", "limit=&name=a%2Bb", &empty, None));
    let unsigned = Some(("x-sdk-content-sha256", UNSIGNED));
    assert!(signed("x-sdk-date", "limit=&name=a%2Bb", UNSIGNED, unsigned));
    assert!(signed("x-sdk-date", "limit=&name=a%2Bb", &empty, unsigned));
    // The date must be signed, and a named hash must be the body's.
    assert!(!signed("x-two", "limit=&name=a%2Bb", &empty, None));
    let lie = "0".repeat(64);
    assert!(!signed("x-sdk-date", "limit=&name=a%2Bb", &lie, Some(("x-sdk-content-sha256", &lie))));
}

#[test]
fn a_scope_is_of_the_day_and_ends_as_all_do() {
    let vectors = vectors();
    let scoped = vectors.iter().find(|one| one.name.starts_with("POST in the older form"));
    let vector = scoped.expect("it is there");
    let (gate, good) = (gate_of(vector), sent(vector));
    let with = |from: &str, to: &str| {
        let headers =
            good.headers.iter().map(|(name, value)| (name.clone(), value.replace(from, to)));
        judged(&gate, &Sent { headers: headers.collect(), ..good.clone() }, DATE).is_ok()
    };
    assert!(with("nothing", ""));
    for (from, to) in [
        ("/20240102/", "/20240103/"),
        ("/eu-de/", "/eu-nl/"),
        ("/ecs/", "/evs/"),
        ("/sdk_request", "/aws4_request"),
        ("/20240102/eu-de/ecs/sdk_request", ""),
        ("Credential=", "Access="),
    ] {
        assert!(!with(from, to), "{from} {to}");
    }
}

/// A key that is repeated, and one in capitals, as the older form has them in order.
#[test]
fn the_older_form_has_an_order_of_its_own() {
    assert_eq!(scoped::canonical_query("b=1&a=2&B=3&a=1&c=x+y"), "a=2&b=1&B=3&c=x%20y");
    assert_eq!(canonical_query("b=1&a=2&B=3&a=1", false), "B=3&a=1&a=2&b=1");
}

proptest! {
    #[test]
    fn no_request_is_too_strange(
        path in ".*",
        query in ".*",
        authorization in
            "(SDK-HMAC-SHA256 )?(.*|(Access=AK|Credential=AK/.*), SignedHeaders=.*, Signature=.*)",
        date in "(.*|20240102T030405Z)",
        body in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let gate = OneKey { ak: "AK".into(), sk: "SK".into() };
        let headers =
            vec![("authorization".into(), authorization), ("x-sdk-date".into(), date)];
        let one = Sent { method: "GET".into(), path, query, headers, body };
        prop_assert!(judged(&gate, &one, DATE).is_err());
    }
}
