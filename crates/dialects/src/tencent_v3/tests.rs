//! Who asks, proved by the vendor's own vectors; and what becomes of a request's members. What each
//! action answers is in the goldens.

use proptest::prelude::*;
use regiment_core::model::{RequestId, Time};
use serde_json::{Value, json};

use super::actions::Common;
use super::input::{Carrier, Input};
use super::*;
use crate::tencent_v2::testing::{KEY_A, Keeper};

mod recorded;

/// A request that owns its parts.
#[derive(Clone, Debug)]
struct Sent {
    method: &'static str,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Sent {
    fn with<T>(&self, look: impl FnOnce(&Request<'_>) -> T) -> T {
        look(&Request {
            method: self.method,
            path: PATH,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
            tls: false,
        })
    }

    fn code_at(&self, seconds: i64) -> Option<String> {
        let keeper = Keeper::default();
        let context = Context { now: Time(seconds * 1000), request: RequestId(7), gate: &keeper };
        let code = |answer: Answer| answer.code.expect("a refusal has a code").into_owned();
        self.with(|request| TencentV3.authenticate(request, &context)).err().map(code)
    }
}

/// A published or recorded signature made the newer way.
struct Vector {
    method: &'static str,
    host: &'static str,
    content_type: &'static str,
    service: &'static str,
    at: (&'static str, &'static str),
    data: &'static str,
    signature: &'static str,
}

const POST: Vector = Vector {
    method: "POST",
    host: "cvm.tencentcloudapi.com",
    content_type: "application/json",
    service: "cvm",
    at: ("1551113065", "2019-02-25"),
    data: "",
    signature: "",
};

const COMPACT: &str = r#"{"InstanceIds":["ins-09dx96dg","ins-r8hr2upy"]}"#;

static VECTORS: &[Vector] = &[
    // The one in the vendor's documentation.
    Vector {
        content_type: "application/json; charset=utf-8",
        data: r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#,
        signature: "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        ..POST
    },
    Vector {
        data: r#"{"InstanceIds": ["ins-09dx96dg", "ins-r8hr2upy"]}"#,
        signature: "758e2c693d3e2f685ed0f3802f678916c9e72afc01593e820edeb5cbfeb6e544",
        ..POST
    },
    Vector {
        method: "GET",
        content_type: "application/x-www-form-urlencoded",
        at: ("1539084154", "2018-10-09"),
        data: "Limit=10&Offset=0",
        signature: "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474",
        ..POST
    },
    Vector {
        host: "127.0.0.1:8080",
        service: "clb",
        data: r#"{"TaskId": "55c85074-3e7f-4c6d-864f-673660d4f8de"}"#,
        signature: "d537941f8aa7cf1e97ae2105414846d36da59e85804ada3d7b2cfee804d1a635",
        ..POST
    },
    Vector {
        data: "{}",
        signature: "62cc1203c112368345f8b9b9a19250a256ca9852dc3b62843e7e2be838551002",
        ..POST
    },
    Vector {
        data: COMPACT,
        signature: "6e37593913c2044244c64f592cbb03c41309c650bdaad14c1f773882c479adb6",
        ..POST
    },
    // A client that cuts the service out of an address, and signs the host without its port.
    Vector {
        host: "127.0.0.1:8080",
        service: "127",
        data: COMPACT,
        signature: "da782032ad421842cf98c6a908cc099a2703555dfbc949505beaf9777c18c564",
        ..POST
    },
    Vector {
        host: "localhost:8080",
        service: "localhost:8080",
        data: COMPACT,
        signature: "c8d08a1c9b76822eb91f13ca8ccf8c187d540a9d175fe733e3d00f26167a2ec0",
        ..POST
    },
];

impl Vector {
    fn seconds(&self) -> i64 {
        self.at.0.parse().expect("a number")
    }

    fn sent(&self) -> Sent {
        let authorization = format!(
            "TC3-HMAC-SHA256 Credential={}/{}/{}/tc3_request, SignedHeaders=content-type;host, \
             Signature={}",
            KEY_A.0, self.at.1, self.service, self.signature
        );
        let headers = [
            ("host", self.host),
            ("content-type", self.content_type),
            ("x-tc-action", "DescribeInstances"),
            ("x-tc-version", "2017-03-12"),
            ("x-tc-timestamp", self.at.0),
            ("authorization", &authorization),
        ];
        let get = self.method == "GET";
        Sent {
            method: self.method,
            query: if get { self.data.to_owned() } else { String::new() },
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: if get { Vec::new() } else { self.data.as_bytes().to_vec() },
        }
    }
}

#[test]
fn the_vendors_vectors_are_verified() {
    for vector in VECTORS {
        assert_eq!(vector.sent().code_at(vector.seconds()), None, "{}", vector.signature);
    }
}

#[test]
fn an_older_signature_proves_the_caller_here_too() {
    let form = |method: &str, signature: &str| {
        format!(
            "Action=StartInstances&InstanceIds.0=ins-09dx96dg&InstanceIds.1=ins-r8hr2upy&\
             Nonce=11886&Region=ap-guangzhou&SecretId={}&SignatureMethod={method}&\
             Timestamp=1465185768&Version=2017-03-12&Signature={signature}",
            KEY_A.0
        )
    };
    let sent = |body: String| Sent {
        method: "POST",
        query: String::new(),
        headers: vec![("host".to_owned(), "cvm.tencentcloudapi.com".to_owned())],
        body: body.into_bytes(),
    };
    let sha1 = form("HmacSHA1", "UTFCCcIqeVwT9VMGJ1hTIhni7rU%3D");
    let sha256 = form("HmacSHA256", "N2Ckv0FOcYJryoXPp%2B1GvC9QoGWg1FkEIgsIZV0tq6Y%3D");
    for body in [sha1.clone(), sha256.clone()] {
        assert_eq!(sent(body).code_at(1_465_185_768), None);
    }
    let altered = sha1.replace("ins-r8hr2upy", "ins-r8hr2upz");
    let code = sent(altered).code_at(1_465_185_768);
    assert_eq!(code.as_deref(), Some("AuthFailure.SignatureFailure"));
    for (what, altered) in [sha1, sha256].map(sent).iter().flat_map(recorded::altered) {
        assert!(altered.code_at(1_465_185_768).is_some(), "{what}");
    }

    // The vendor's documented one, sent with GET.
    let get = |method: &str, signature: &str| Sent {
        method: "GET",
        query: format!(
            "Action=DescribeInstances&InstanceIds.0=ins-09dx96dg&Limit=20&Nonce=11886&Offset=0&\
             Region=ap-guangzhou&SecretId={}{method}&Timestamp=1465185768&Version=2017-03-12&\
             Signature={signature}",
            KEY_A.0
        ),
        headers: vec![("host".to_owned(), "cvm.tencentcloudapi.com".to_owned())],
        body: Vec::new(),
    };
    let documented = get("", "EliP9YW3pW28FpsEdkXt%2F%2BWcGeI%3D");
    assert_eq!(documented.code_at(1_465_185_768), None);
    for (what, altered) in recorded::altered(&documented) {
        assert!(altered.code_at(1_465_185_768).is_some(), "{what}");
    }
    // The same string under the other digest, which nothing in it asks for.
    let other = get("", "bR%2FzQ3QqOmcEYeRv71IzG%2FNxfisUDgy9cqRMQC%2BUB5g%3D");
    let code = other.code_at(1_465_185_768);
    assert_eq!(code.as_deref(), Some("AuthFailure.SignatureFailure"));
}

#[test]
fn a_signature_is_good_for_five_minutes() {
    let vector = &VECTORS[1];
    for (apart, code) in [
        (300, None),
        (-300, None),
        (301, Some("AuthFailure.SignatureExpire")),
        (-301, Some("AuthFailure.SignatureExpire")),
    ] {
        assert_eq!(vector.sent().code_at(vector.seconds() + apart).as_deref(), code, "{apart}");
    }
}

#[test]
fn a_token_is_of_no_key_here_and_an_action_is_asked_for_first() {
    let vector = &VECTORS[1];
    let with = |name: &str, value: &str| {
        let mut sent = vector.sent();
        sent.headers.retain(|(header, _)| header != name);
        sent.headers.push((name.to_owned(), value.to_owned()));
        sent.code_at(vector.seconds())
    };
    assert_eq!(with("x-tc-token", ""), None);
    assert_eq!(with("x-tc-token", "t").as_deref(), Some("AuthFailure.TokenFailure"));
    assert_eq!(with("x-tc-action", "").as_deref(), Some("MissingParameter"));
    let nobody = Sent {
        method: "POST",
        query: String::new(),
        headers: Vec::new(),
        body: b"Version=2017-03-12".to_vec(),
    };
    assert_eq!(nobody.code_at(0).as_deref(), Some("MissingParameter"));
}

#[test]
fn what_proves_nothing_is_told_apart() {
    let vector = &VECTORS[1];
    let with = |name: &str, change: fn(&str) -> String| {
        let mut sent = vector.sent();
        for (header, value) in &mut sent.headers {
            if header == name {
                *value = change(value);
            }
        }
        sent.code_at(vector.seconds())
    };
    let code = with("authorization", |value| value.replace("AKID", "AKIX"));
    assert_eq!(code.as_deref(), Some("AuthFailure.SecretIdNotFound"));
    for broken in ["SKIP", "TC3-HMAC-SHA256", "TC3-HMAC-SHA256 Credential=a/b/c, Signature=d"] {
        let mut sent = vector.sent();
        sent.headers.retain(|(name, _)| name != "authorization");
        sent.headers.push(("authorization".to_owned(), broken.to_owned()));
        let code = sent.code_at(vector.seconds());
        assert_eq!(code.as_deref(), Some("AuthFailure.InvalidAuthorization"), "{broken}");
    }
    let code = with("authorization", |value| value.replace("2019-02-25", "2019-02-26"));
    assert_eq!(code.as_deref(), Some("AuthFailure.SignatureFailure"), "another day");
    let code = with("authorization", |value| value.replace("content-type;host", "content-type"));
    assert_eq!(code.as_deref(), Some("AuthFailure.SignatureFailure"), "the host is not signed");
    assert_eq!(with("x-tc-timestamp", |_| "soon".to_owned()).as_deref(), Some("InvalidParameter"));
}

proptest! {
    #[test]
    fn no_body_brings_a_reader_down(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for carrier in [Carrier::Json, Carrier::Form] {
            let _ = read("RunInstances", carrier, &body);
        }
    }
}

/// The members of an action, or the code of the refusal.
fn read(action: &str, carrier: Carrier, body: &[u8]) -> Result<Value, String> {
    let cvm = definitions::service("cvm").expect("a service");
    let request = Request { method: "POST", path: PATH, query: "", headers: &[], body, tls: false };
    let input = Input::read(&request, carrier, cvm, &cvm.actions[action][0]);
    let refusal = |refusal: Refusal| {
        let message = reply_in(language::Language::English).message(&refusal);
        format!("{}: {message}", refusal.code())
    };
    input.map_err(refusal)?.parse().map_err(refusal)
}

#[test]
fn a_form_and_a_document_come_to_the_same() {
    let form = "InstanceIds.0=a&InstanceIds.2=c&InstanceIds.10=d&Offset=3&Limit=&Action=X&\
                Version=2017-03-12&Filters.0.Name=zone&Filters.0.Values.0=1";
    let document = json!({
        "InstanceIds": ["a", "c", "d"],
        "Offset": 3,
        "Limit": null,
        "Filters": [{ "Name": "zone", "Values": ["1"] }],
    });
    let expected = json!({
        "InstanceIds": ["a", "c", "d"],
        "Offset": 3,
        "Filters": [{ "Name": "zone", "Values": ["1"] }],
    });
    let body = document.to_string();
    assert_eq!(read("DescribeInstances", Carrier::Form, form.as_bytes()), Ok(expected.clone()));
    assert_eq!(read("DescribeInstances", Carrier::Json, body.as_bytes()), Ok(expected));
}

#[test]
fn members_are_measured_by_the_definition() {
    let refused = |action, body: &str| read(action, Carrier::Json, body.as_bytes()).unwrap_err();
    for (action, body, expected) in [
        (
            "StartInstances",
            "{}",
            "MissingParameter: The request is missing a required parameter `InstanceIds`.",
        ),
        (
            "StartInstances",
            r#"{"InstanceIds":"a"}"#,
            "InvalidParameter: Parameter `InstanceIds` type error.",
        ),
        (
            "StartInstances",
            r#"{"InstanceIds":[1]}"#,
            "InvalidParameter: Parameter `InstanceIds.0` type error.",
        ),
        (
            "StartInstances",
            r#"{"InstanceIds":["a"],"Force":true}"#,
            "UnknownParameter: The parameter `Force` is not recognized.",
        ),
        (
            "RunInstances",
            r#"{"Placement":{}}"#,
            "MissingParameter: The request is missing a required parameter `Placement.Zone`.",
        ),
        (
            "RunInstances",
            r#"{"DataDisks":[{"DiskSize":"1"}]}"#,
            "InvalidParameter: Parameter `DataDisks.0.DiskSize` type error.",
        ),
        ("RunInstances", r#"{"DryRun":1}"#, "InvalidParameter: Parameter `DryRun` type error."),
        ("RunInstances", "[]", "InvalidParameter: the body is no JSON object"),
        ("RunInstances", "{", "InvalidParameter: the body is no JSON"),
    ] {
        assert_eq!(refused(action, body), expected, "{body}");
    }
    let form = |body: &str| read("RunInstances", Carrier::Form, body.as_bytes());
    assert_eq!(
        form("DryRun=true&InstanceCount=2"),
        Ok(json!({ "DryRun": true, "InstanceCount": 2 }))
    );
    assert!(form("InstanceCount=two").is_err());
    assert!(form("Placement=a&Placement.Zone=b").is_err(), "a member of two forms");
    assert!(form("DataDisks.x.DiskSize=1").is_err(), "no number in a list");
}

#[test]
fn only_what_means_an_action_is_this_dialects() {
    let is = |method, path, query, header: Option<&str>| {
        let headers: Vec<(String, String)> =
            header.into_iter().map(|name| (name.to_owned(), "X".to_owned())).collect();
        TencentV3.recognizes(&Request {
            method,
            path,
            query,
            headers: &headers,
            body: b"",
            tls: false,
        })
    };
    assert!(is("POST", "/", "", None));
    assert!(is("GET", "/", "", Some("x-tc-action")));
    assert!(is("GET", "/", "Nonce=1&Action=DescribeZones", None));
    assert!(!is("GET", "/", "", None));
    assert!(!is("POST", "/v2/index.php", "", Some("x-tc-action")));
}

#[test]
fn the_language_is_the_callers() {
    let vector = &VECTORS[1];
    let mut sent = vector.sent();
    sent.headers.push(("x-tc-language".to_owned(), "zh-CN".to_owned()));
    let common = sent.with(Common::read);
    assert_eq!(common.language, language::Language::Chinese);
    let missing = Refusal::missing("Region");
    let message = reply_in(language::Language::Chinese).message(&missing);
    assert_eq!(message, "请求缺少必选参数 `Region`。");
}

fn reply_in(language: language::Language) -> Reply {
    Reply { request: RequestId(7), language, service: "cvm", capitals: false }
}
