//! Requests as the vendor's clients sent them, byte by byte: each proves its caller and says what it
//! asks for; with any one byte of what is signed altered it proves nothing.

use super::*;

/// `KEY` stands for the `SecretId`.
struct Recorded {
    by: &'static str,
    method: &'static str,
    query: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    at_s: i64,
    says: [&'static str; 3],
}

static RECORDED: &[Recorded] = &[
    Recorded {
        by: "Python, newer signature",
        method: "POST",
        query: "",
        headers: &[
            ("content-type", "application/json"),
            ("host", "127.0.0.1:18080"),
            ("x-tc-action", "StartInstances"),
            ("x-tc-requestclient", "SDK_PYTHON_3.1.194"),
            ("x-tc-timestamp", "1795247989"),
            ("x-tc-version", "2017-03-12"),
            ("x-tc-region", "ap-guangzhou"),
            ("x-tc-language", "en-US"),
            (
                "authorization",
                "TC3-HMAC-SHA256 Credential=KEY/2026-11-21/cvm/tc3_request, SignedHeaders=content-type;host, Signature=c1fc5c3ddd0a5fc4cff81db0cd54e42183cace9ee53428fa76d933aad8032328",
            ),
        ],
        body: r#"{"InstanceIds": ["ins-aaaaaaaa", "ins-bbbbbbbb"]}"#,
        at_s: 1_795_247_989,
        says: ["StartInstances", "2017-03-12", "ap-guangzhou"],
    },
    Recorded {
        by: "Python, of load balancers",
        method: "POST",
        query: "",
        headers: &[
            ("content-type", "application/json"),
            ("host", "127.0.0.1:18080"),
            ("x-tc-action", "DescribeTaskStatus"),
            ("x-tc-requestclient", "SDK_PYTHON_3.1.194"),
            ("x-tc-timestamp", "1795247990"),
            ("x-tc-version", "2018-03-17"),
            ("x-tc-region", "ap-guangzhou"),
            ("x-tc-language", "en-US"),
            (
                "authorization",
                "TC3-HMAC-SHA256 Credential=KEY/2026-11-21/clb/tc3_request, SignedHeaders=content-type;host, Signature=d8f095993e4714db191bcaeca8bfe60ea729e51c1f9ee7dfe965bb447cf0d49b",
            ),
        ],
        body: r#"{"TaskId": "c9b8cfe8-524c-4449-864d-5f9c50d17c14"}"#,
        at_s: 1_795_247_990,
        says: ["DescribeTaskStatus", "2018-03-17", "ap-guangzhou"],
    },
    Recorded {
        by: "Python, GET",
        method: "GET",
        query: "InstanceIds.0=ins-aaaaaaaa&InstanceIds.1=ins-bbbbbbbb",
        headers: &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", "127.0.0.1:18080"),
            ("x-tc-action", "DescribeInstances"),
            ("x-tc-requestclient", "SDK_PYTHON_3.1.194"),
            ("x-tc-timestamp", "1795247990"),
            ("x-tc-version", "2017-03-12"),
            ("x-tc-region", "ap-guangzhou"),
            ("x-tc-language", "en-US"),
            (
                "authorization",
                "TC3-HMAC-SHA256 Credential=KEY/2026-11-21/cvm/tc3_request, SignedHeaders=content-type;host, Signature=601f3d72aa5741a846dd749dbf0dc78811883aa0d25b43214052da76bea29409",
            ),
        ],
        body: "",
        at_s: 1_795_247_990,
        says: ["DescribeInstances", "2017-03-12", "ap-guangzhou"],
    },
    Recorded {
        by: "Python, older signature in a form",
        method: "POST",
        query: "",
        headers: &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", "127.0.0.1:18080"),
        ],
        body: "InstanceIds.0=ins-aaaaaaaa&InstanceIds.1=ins-bbbbbbbb&Action=DescribeInstances&RequestClient=SDK_PYTHON_3.1.194&Nonce=4899629328287819578&Timestamp=1795247990&Version=2017-03-12&Region=ap-guangzhou&SecretId=KEY&SignatureMethod=HmacSHA256&Language=en-US&Signature=OsCgbgzUiHpTKGBI2qc9JSNiX4LgW%2F7cDxbjcMMk8nY%3D",
        at_s: 1_795_247_990,
        says: ["DescribeInstances", "2017-03-12", "ap-guangzhou"],
    },
    Recorded {
        by: "Python, older signature with GET",
        method: "GET",
        query: "InstanceIds.0=ins-aaaaaaaa&InstanceIds.1=ins-bbbbbbbb&Action=DescribeInstances&RequestClient=SDK_PYTHON_3.1.194&Nonce=1567951304384456752&Timestamp=1795247990&Version=2017-03-12&Region=ap-guangzhou&SecretId=KEY&SignatureMethod=HmacSHA1&Language=en-US&Signature=jl7rzDC1RZSgBfZI7mAu%2BehUqrs%3D",
        headers: &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("host", "127.0.0.1:18080"),
        ],
        body: "",
        at_s: 1_795_247_990,
        says: ["DescribeInstances", "2017-03-12", "ap-guangzhou"],
    },
    Recorded {
        by: "Python, through a proxy: the target was a whole URL",
        method: "POST",
        query: "",
        headers: &[
            ("content-type", "application/json"),
            ("host", "clb.tencentcloudapi.com"),
            ("x-tc-action", "CreateListener"),
            ("x-tc-requestclient", "SDK_PYTHON_3.1.194"),
            ("x-tc-timestamp", "1795247992"),
            ("x-tc-version", "2018-03-17"),
            ("x-tc-region", "ap-guangzhou"),
            ("x-tc-language", "en-US"),
            (
                "authorization",
                "TC3-HMAC-SHA256 Credential=KEY/2026-11-21/clb/tc3_request, SignedHeaders=content-type;host, Signature=7b42019b423af49aea71065aaae4a8b5c4540c1fa5e27f577168099040ece219",
            ),
        ],
        body: r#"{"LoadBalancerId": "lb-aaaaaaaa", "Ports": [80], "Protocol": "TCP"}"#,
        at_s: 1_795_247_992,
        says: ["CreateListener", "2018-03-17", "ap-guangzhou"],
    },
    Recorded {
        by: "the vendor's command line, whose host is a URL",
        method: "POST",
        query: "",
        headers: &[
            ("content-type", "application/json"),
            ("host", "http://127.0.0.1:18082"),
            ("x-tc-action", "StartInstances"),
            ("x-tc-requestclient", "SDK_PYTHON_3.1.195; _CLI_3.1.189.1"),
            ("x-tc-timestamp", "1795248068"),
            ("x-tc-version", "2017-03-12"),
            ("x-tc-region", "ap-guangzhou"),
            ("x-tc-language", "zh-CN"),
            (
                "authorization",
                "TC3-HMAC-SHA256 Credential=KEY/2026-11-21/cvm/tc3_request, SignedHeaders=content-type;host, Signature=3a7070c3c0b08cd80dafbd94fdfec3bb0b929de8c1ad1b4d697c9f7b42283336",
            ),
        ],
        body: r#"{"InstanceIds": ["ins-aaaaaaaa", "ins-bbbbbbbb"]}"#,
        at_s: 1_795_248_068,
        says: ["StartInstances", "2017-03-12", "ap-guangzhou"],
    },
    Recorded {
        by: "Node, whose service is cut out of the address and whose host is signed without its port",
        method: "POST",
        query: "",
        headers: &[
            ("host", "127.0.0.1:18083"),
            ("x-tc-action", "StartInstances"),
            ("x-tc-region", "ap-guangzhou"),
            ("x-tc-timestamp", "1795248115"),
            ("x-tc-version", "2017-03-12"),
            ("x-tc-requestclient", "SDK_NODEJS_4.1.220"),
            ("content-type", "application/json"),
            (
                "authorization",
                "TC3-HMAC-SHA256 Credential=KEY/2026-11-21/127/tc3_request, SignedHeaders=content-type;host, Signature=7e9b5e641bf24579b88f06832017c3d5ef4e2b52be47052ead157a1f0b0deab3",
            ),
        ],
        body: r#"{"InstanceIds":["ins-aaaaaaaa","ins-bbbbbbbb"]}"#,
        at_s: 1_795_248_115,
        says: ["StartInstances", "2017-03-12", "ap-guangzhou"],
    },
    Recorded {
        by: "Node, older signature",
        method: "GET",
        query: "InstanceIds.0=ins-aaaaaaaa&InstanceIds.1=ins-bbbbbbbb&Action=StartInstances&RequestClient=SDK_NODEJS_4.1.220&Nonce=46628&Timestamp=1795248116&Version=2017-03-12&SecretId=KEY&Region=ap-guangzhou&SignatureMethod=HmacSHA256&Signature=fHfqPAffHz370ckLo4iVex4GdlbtK3OEzVDr7MRts88%3D",
        headers: &[("host", "127.0.0.1:18083")],
        body: "",
        at_s: 1_795_248_116,
        says: ["StartInstances", "2017-03-12", "ap-guangzhou"],
    },
];

impl Recorded {
    fn sent(&self) -> Sent {
        let own = |text: &str| text.replace("KEY", KEY_A.0);
        let headers = self.headers.iter().map(|(name, value)| ((*name).to_owned(), own(value)));
        Sent {
            method: self.method,
            query: own(self.query),
            headers: headers.collect(),
            body: own(self.body).into_bytes(),
        }
    }
}

#[test]
fn requests_of_the_vendors_clients_are_accepted_as_sent() {
    for recorded in RECORDED {
        let sent = recorded.sent();
        assert_eq!(sent.code_at(recorded.at_s), None, "{}", recorded.by);
        assert!(sent.with(|request| TencentV3.recognizes(request)), "{}", recorded.by);
        let common = sent.with(Common::read);
        assert_eq!(common.says(), recorded.says.map(Some), "{}", recorded.by);
    }
}

#[test]
fn one_altered_byte_of_a_recorded_request_proves_nothing() {
    for recorded in RECORDED {
        for (what, sent) in altered(&recorded.sent()) {
            // A port that was not signed is nobody's concern.
            if what.starts_with("host") && sent.code_at(recorded.at_s).is_none() {
                assert!(recorded.by.starts_with("Node, whose"), "{}: {what}", recorded.by);
                let host = sent.headers.iter().find(|(name, _)| name == "host");
                assert!(host.is_some_and(|(_, host)| host.starts_with("127.0.0.1:")), "{what}");
                continue;
            }
            assert!(sent.code_at(recorded.at_s).is_some(), "{}: {what}", recorded.by);
        }
    }
}

#[test]
fn one_altered_byte_of_a_vector_proves_nothing() {
    for vector in VECTORS {
        for (what, sent) in altered(&vector.sent()) {
            let unsigned_port = what.starts_with("host")
                && vector.host.contains(':')
                && matches!(vector.service, "127" | "localhost:8080");
            let accepted = sent.code_at(vector.seconds()).is_none();
            let host = sent.headers.iter().find(|(name, _)| name == "host");
            let same_name = host
                .is_some_and(|(_, host)| host.split(':').next() == vector.host.split(':').next());
            assert_eq!(accepted, accepted && unsigned_port && same_name, "{what}");
        }
    }
}

/// The request with each byte altered of what its signature covers: its query, its body, its host, its
/// kind, its time and its proof; and with the other method.
pub fn altered(sent: &Sent) -> Vec<(String, Sent)> {
    let other = |byte: u8| byte ^ 1;
    let mut all = Vec::new();
    for at in 0..sent.query.len() {
        let mut query = sent.query.clone().into_bytes();
        query[at] = other(query[at]);
        let query = String::from_utf8(query).expect("ASCII");
        all.push((format!("query {at}"), Sent { query, ..sent.clone() }));
    }
    for at in 0..sent.body.len() {
        let mut body = sent.body.clone();
        body[at] = other(body[at]);
        all.push((format!("body {at}"), Sent { body, ..sent.clone() }));
    }
    let newer = sent.headers.iter().any(|(name, _)| name == "authorization");
    for place in 0..sent.headers.len() {
        let name = sent.headers[place].0.clone();
        let signed = match name.as_str() {
            "host" => true,
            "content-type" | "x-tc-timestamp" | "authorization" => newer,
            _ => false,
        };
        for at in 0..if signed { sent.headers[place].1.len() } else { 0 } {
            let mut value = sent.headers[place].1.clone().into_bytes();
            value[at] = other(value[at]);
            let mut headers = sent.headers.clone();
            headers[place].1 = String::from_utf8(value).expect("ASCII");
            all.push((format!("{name} {at}"), Sent { headers, ..sent.clone() }));
        }
    }
    let method = if sent.method == "GET" { "POST" } else { "GET" };
    all.push(("method".to_owned(), Sent { method, ..sent.clone() }));
    all
}
