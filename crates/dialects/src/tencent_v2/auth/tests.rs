use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;
use regiment_core::model::{RequestId, Time};

use super::*;
use crate::sign::hmac_sha1;
use crate::tencent_v2::testing::{KEY_A, KEY_D, Keeper, Sent, with_raw};

/// A published or recorded signature: the string that was signed, from its parameters on.
struct Vector {
    method: &'static str,
    host: &'static str,
    signed: &'static str,
    /// How it differs on the wire: parameters as sent instead of those signed.
    sent: &'static [(&'static str, &'static str)],
    key: &'static str,
    signature: &'static str,
}

const CVM: &str = "cvm.api.qcloud.com";
const A: &str = KEY_A.0;
const D: &str = KEY_D.0;

const fn vector(
    method: &'static str,
    host: &'static str,
    signed: &'static str,
    signature: &'static str,
) -> Vector {
    Vector { method, host, signed, sent: &[], key: A, signature }
}

const fn published(signed: &'static str, signature: &'static str) -> Vector {
    Vector { method: "GET", host: CVM, signed, sent: &[], key: D, signature }
}

/// `KEY` stands for the SecretId.
static VECTORS: &[Vector] = &[
    vector(
        "GET",
        CVM,
        "Action=StartInstances&Nonce=11886&Region=gz&SecretId=KEY&SignatureMethod=HmacSHA1&Timestamp=1465185768&instanceIds.0=ins-09dx96dg&instanceIds.1=ins-r8hr2upy",
        "iVRZLaeJQlZAzcEApSBUA+fMFbQ=",
    ),
    vector(
        "GET",
        CVM,
        "Action=StartInstances&Nonce=11886&Region=gz&SecretId=KEY&SignatureMethod=HmacSHA256&Timestamp=1465185768&instanceIds.0=ins-09dx96dg&instanceIds.1=ins-r8hr2upy",
        "iLe0rPzymCPfUnIQGQ1MtzHasVSa1TMNTrlD3hTI/tA=",
    ),
    vector(
        "POST",
        CVM,
        "Action=StartInstances&Nonce=11886&Region=gz&SecretId=KEY&SignatureMethod=HmacSHA1&Timestamp=1465185768&instanceIds.0=ins-09dx96dg&instanceIds.1=ins-r8hr2upy",
        "BEiH1NATtnqlMdMsocji1QMX5II=",
    ),
    vector(
        "POST",
        CVM,
        "Action=StartInstances&Nonce=11886&Region=gz&SecretId=KEY&SignatureMethod=HmacSHA256&Timestamp=1465185768&instanceIds.0=ins-09dx96dg&instanceIds.1=ins-r8hr2upy",
        "wm/bYav1Np0LmYbMjcFBaIpKM1f7GtNE48XX9qTM2Kc=",
    ),
    vector(
        "GET",
        CVM,
        "Action=StartInstances&Nonce=11886&Region=gz&SecretId=KEY&Timestamp=1465185768&instanceIds.0=ins-09dx96dg&instanceIds.1=ins-r8hr2upy",
        "ezv+30QPCCDmrgyHrJ0BJzQxyK0=",
    ),
    vector(
        "GET",
        CVM,
        "Action=StartInstances&Nonce=11886&Region=gz&SecretId=KEY&SignatureMethod=HmacSHA256&Timestamp=1465185768&instanceIds.0=ins-00000000&instanceIds.1=ins-00000001&instanceIds.10=ins-00000010&instanceIds.11=ins-00000011&instanceIds.2=ins-00000002&instanceIds.3=ins-00000003&instanceIds.4=ins-00000004&instanceIds.5=ins-00000005&instanceIds.6=ins-00000006&instanceIds.7=ins-00000007&instanceIds.8=ins-00000008&instanceIds.9=ins-00000009",
        "SWl069JqKGSbe7WkkbpYg2beDrnkAj+lo1nqb1fUGrQ=",
    ),
    Vector {
        sent: &[("Placement.Zone", "Placement_Zone")],
        ..vector(
            "GET",
            CVM,
            "Action=DescribeInstances&Nonce=11886&Placement.Zone=CN_GUANGZHOU&Region=ap-guangzhou&SecretId=KEY&SignatureMethod=HmacSHA256&Timestamp=1465185768&Version=2017-03-12",
            "5kMa3qwaVMyuESdYJuQ/NFCrEQPdo9EVSaL1Jb4X6dg=",
        )
    },
    // Its value has an ampersand and an equals sign: they are marked here, and put back below.
    vector(
        "GET",
        CVM,
        "Action=ModifyInstanceAttributes&Nonce=11886&Region=gz&SecretId=KEY&SignatureMethod=HmacSHA1&Timestamp=1465185768&instanceId=ins-09dx96dg&instanceName=a b+c<AND>d<IS>e/中文_~*",
        "vPIt9BrFT+f0RlbQbNy19ysUYds=",
    ),
    Vector {
        sent: &[("", "file=@/etc/passwd")],
        ..vector(
            "POST",
            CVM,
            "Action=X&Nonce=1&SecretId=KEY&SignatureMethod=HmacSHA1&Timestamp=1465185768&a=1",
            "Vrf5HWziI56emZdIDOf1yC6hK8M=",
        )
    },
    vector(
        "GET",
        "lb.api.qcloud.com",
        "Action=DescribeLoadBalancersTaskResult&Nonce=9007199254740993&Region=gz&SecretId=KEY&SignatureMethod=HmacSHA256&Timestamp=1465185768&requestId=6356081",
        "gXuyMHJj4Rr0ZwWYLocPPii5HzDJytYGd7mGX4UEYt8=",
    ),
    vector(
        "GET",
        "127.0.0.1:8080",
        "Action=StartInstances&Nonce=11886&Region=gz&SecretId=KEY&SignatureMethod=HmacSHA1&Timestamp=1465185768&instanceIds.0=ins-09dx96dg&instanceIds.1=ins-r8hr2upy",
        "5/VX+Lj61hyCfTsbpgUNO9JJbQM=",
    ),
    published(
        "Action=DescribeInstances&Nonce=11886&Region=gz&SecretId=KEY&Timestamp=1465185768&instanceIds.0=ins-09dx96dg&limit=20&offset=0",
        "NSI3UqqD99b/UJb4tbG/xZpRW64=",
    ),
    published(
        "Action=DescribeInstances&InstanceIds.0=ins-09dx96dg&Nonce=11886&Region=ap-guangzhou&SecretId=KEY&SignatureMethod=HmacSHA256&Timestamp=1465185768",
        "0EEm/HtGRr/VJXTAD9tYMth1Bzm3lLHz5RCDv1GdM8s=",
    ),
    published(
        "Action=DescribeInstances&InstanceIds.0=ins-09dx96dg&Nonce=11886&Region=ap-guangzhou&SecretId=KEY&SignatureMethod=HmacSHA1&Timestamp=1465185768",
        "nPVnY6njQmwQ8ciqbPl5Qe+Oru4=",
    ),
    published(
        "Action=DescribeInstances&Nonce=345122&Region=gz&SecretId=KEY&Timestamp=1408704141",
        "HgIYOPcx5lN6gz8JsCFBNAWp2oQ=",
    ),
];

impl Vector {
    fn sent(&self) -> Sent {
        let signed = self.signed.replace("KEY", self.key);
        let mut params: Vec<(String, String)> = signed
            .split('&')
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap();
                let value = value.replace("<AND>", "&").replace("<IS>", "=");
                (key.to_owned(), value)
            })
            .collect();
        for (signed, sent) in self.sent {
            match (params.iter_mut().find(|(key, _)| key == signed), sent.split_once('=')) {
                (Some((key, _)), _) => *key = (*sent).to_owned(),
                (None, Some((key, value))) => params.push((key.to_owned(), value.to_owned())),
                (None, None) => panic!("{sent} has no place"),
            }
        }
        params.push(("Signature".to_owned(), self.signature.to_owned()));
        Sent { method: self.method.to_owned(), host: self.host.to_owned(), params }
    }
}

fn ask(request: &Request<'_>, keeper: &Keeper, now_s: i64) -> Result<Caller, Refusal> {
    let context = Context { now: Time(now_s * 1000), request: RequestId(1), gate: keeper };
    authenticate(request, &context)
}

fn timestamp_s(sent: &Sent) -> i64 {
    let (_, value) = sent.params.iter().find(|(key, _)| key == "Timestamp").unwrap();
    value.parse().unwrap()
}

fn answer(sent: &Sent) -> Result<Caller, Refusal> {
    let now_s = timestamp_s(sent);
    sent.with(|request| ask(request, &Keeper::default(), now_s))
}

#[test]
fn every_vector_is_accepted() {
    for vector in VECTORS {
        let caller = answer(&vector.sent()).unwrap_or_else(|refusal| {
            panic!("{}: {refusal:?}", vector.signed);
        });
        assert_eq!(&*caller.access_key, vector.key);
    }
}

/// Requests as the vendor's client for Python sent them, with `KEY` for the SecretId.
static RECORDED: &[(&str, &str, &str)] = &[
    (
        "GET",
        "cvm.api.qcloud.com",
        "instanceIds.0=ins-aaaaaaaa&instanceIds.1=ins-bbbbbbbb&forceStop=0&Action=StopInstances&RequestClient=SDK_PYTHON_2.0.15&Region=gz&SecretId=KEY&Nonce=6885764491903078508&Timestamp=1795247955&SignatureMethod=HmacSHA1&Signature=Nx9AcjeOnJ3eS33Ox2fjIw0eyiE%3D",
    ),
    (
        "GET",
        "cvm.api.qcloud.com",
        "instanceIds.0=ins-aaaaaaaa&instanceIds.1=ins-bbbbbbbb&limit=20&Action=DescribeInstances&RequestClient=SDK_PYTHON_2.0.15&Region=gz&SecretId=KEY&Nonce=5355874105088275187&Timestamp=1795247955&SignatureMethod=HmacSHA256&Signature=vbkjlg5%2B8TLF%2FUtG0ciBT79zpdVIzrUW5UW2mgXmV%2FQ%3D",
    ),
    (
        "GET",
        "cvm.api.qcloud.com",
        "instanceId=ins-aaaaaaaa&instanceName=a+b%2Bc%26d%3De%2F%E4%B8%AD%E6%96%87_~%2A&Action=ModifyInstanceAttributes&RequestClient=SDK_PYTHON_2.0.15&Region=gz&SecretId=KEY&Nonce=3330012681143260475&Timestamp=1795247955&SignatureMethod=HmacSHA1&Signature=G5bdojaKiNqINovhJfXaXCBSTsE%3D",
    ),
    (
        "GET",
        "lb.api.qcloud.com",
        "loadBalancerId=lb-aaaaaaaa&backends.0.instanceId=ins-aaaaaaaa&backends.0.weight=10&backends.1.instanceId=ins-bbbbbbbb&backends.1.weight=10&Action=RegisterInstancesWithLoadBalancer&RequestClient=SDK_PYTHON_2.0.15&Region=gz&SecretId=KEY&Nonce=5170026257196683530&Timestamp=1795247955&SignatureMethod=HmacSHA1&Signature=JSF0qEU4tjmBNKMmSjPl8qSixvk%3D",
    ),
    (
        "GET",
        "lb.api.qcloud.com",
        "requestId=1015&Action=DescribeLoadBalancersTaskResult&RequestClient=SDK_PYTHON_2.0.15&Region=gz&SecretId=KEY&Nonce=2927875122251080121&Timestamp=1795247955&SignatureMethod=HmacSHA1&Signature=0%2ByDAbXmliB69mODS8NpK5jOCqI%3D",
    ),
    (
        "GET",
        "127.0.0.1:42807",
        "instanceIds.0=ins-aaaaaaaa&instanceIds.1=ins-bbbbbbbb&limit=20&Action=DescribeInstances&RequestClient=SDK_PYTHON_2.0.15&Region=gz&SecretId=KEY&Nonce=8385404962798982082&Timestamp=1795247957&SignatureMethod=HmacSHA1&Signature=pAHSXJzcaiiBnSyQGzxOK4%2BiDWQ%3D",
    ),
    (
        "POST",
        "cvm.api.qcloud.com",
        "instanceIds.0=ins-aaaaaaaa&instanceIds.1=ins-bbbbbbbb&limit=20&Action=DescribeInstances&RequestClient=SDK_PYTHON_2.0.15&Region=gz&SecretId=KEY&Nonce=3552805026779953413&Timestamp=1795247955&SignatureMethod=HmacSHA1&Signature=NYRfNH0FVnoO11UqxPv%2FhmQR5pc%3D",
    ),
];

#[test]
fn requests_of_the_vendors_client_are_accepted_as_sent() {
    for (method, host, text) in RECORDED {
        let text = text.replace("KEY", A);
        let (_, from) = text.split_once("Timestamp=").unwrap();
        let at: i64 = from.split('&').next().unwrap().parse().unwrap();
        let asked = with_raw(method, host, &text, |request| ask(request, &Keeper::default(), at));
        assert!(asked.is_ok(), "{text}: {asked:?}");
    }
}

#[test]
fn the_mistake_in_the_documents_is_not_accepted() {
    // It says HmacSHA256 and was made with SHA-1.
    let mistaken = published(VECTORS[12].signed, "RVSD1I6ip2Zo56I2HdqRVrt+1TE=");
    assert_eq!(answer(&mistaken.sent()), Err(Refusal::SignatureWrong));
}

#[test]
fn any_altered_byte_is_noticed() {
    for vector in VECTORS {
        let (sent, at) = (vector.sent(), timestamp_s(&vector.sent()));
        let text = sent.encoded();
        let asked = |method: &str, host: &str, text: &str| {
            with_raw(method, host, text, |request| ask(request, &Keeper::default(), at))
        };
        assert!(asked(&sent.method, &sent.host, &text).is_ok());
        // What a form says of a file is not signed, but that it is a file.
        let file = text.find("file=%40").map_or(text.len()..text.len(), |start| {
            start..text[start..].find('&').map_or(text.len(), |end| start + end)
        });
        let says_so = file.start + 4..file.start + 8;
        let signed = |place: &usize| !file.contains(place) || says_so.contains(place);
        for place in (0..text.len()).filter(signed) {
            let mut altered = text.clone().into_bytes();
            altered[place] ^= 1;
            let altered = String::from_utf8(altered).unwrap();
            assert!(asked(&sent.method, &sent.host, &altered).is_err(), "{place} of {altered}");
        }
        for place in 0..sent.host.len() {
            let mut altered = sent.host.clone().into_bytes();
            altered[place] ^= 1;
            let altered = String::from_utf8(altered).unwrap();
            assert_eq!(asked(&sent.method, &altered, &text), Err(Refusal::SignatureWrong));
        }
        let method = if vector.method == "GET" { "POST" } else { "GET" };
        assert_eq!(asked(method, &sent.host, &text), Err(Refusal::SignatureWrong));
        let mut more = vector.sent();
        more.params.push(("more".to_owned(), String::new()));
        assert_eq!(answer(&more), Err(Refusal::SignatureWrong));
    }
}

#[test]
fn an_altered_parameter_is_told_from_an_unknown_key() {
    for vector in VECTORS {
        let length = vector.sent().params.len();
        for place in 0..length {
            let mut sent = vector.sent();
            let (key, value) = &mut sent.params[place];
            // Left out of the signature: the mark of a file.
            if value.starts_with('@') {
                continue;
            }
            let last = value.pop().unwrap_or('a');
            value.push(if last == '1' { '2' } else { '1' });
            let name = key.clone();
            let now_s = timestamp_s(&vector.sent());
            let refusal = sent.with(|request| ask(request, &Keeper::default(), now_s)).unwrap_err();
            let expected = match name.as_str() {
                "SecretId" => Refusal::SecretIdNotFound,
                _ => Refusal::SignatureWrong,
            };
            assert_eq!(refusal, expected, "{name} of {}", vector.signed);
        }
    }
}

fn signed_by(host: &str, source: &str, params: &[(&str, &str)]) -> Sent {
    let signature = BASE64.encode(hmac_sha1(KEY_A.1.as_bytes(), source.as_bytes()));
    let mut params: Vec<(String, String)> =
        params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    params.push(("Signature".to_owned(), signature));
    Sent { method: "GET".to_owned(), host: host.to_owned(), params }
}

const BASE: [(&str, &str); 4] =
    [("Action", "X"), ("Nonce", "1"), ("SecretId", A), ("Timestamp", "100")];

#[test]
fn an_underscore_may_be_signed_in_three_ways_and_no_fourth() {
    // Sorted as sent: `a.b`, `aZ`, `a_a`; sorted with dots: `a.a`, `a.b`, `aZ`.
    let params = [&BASE[..], &[("a_a", "1"), ("aZ", "2"), ("a.b", "3")]].concat();
    let head = format!("GEThost/v2/index.php?Action=X&Nonce=1&SecretId={A}&Timestamp=100");
    for good in ["&a.a=1&a.b=3&aZ=2", "&a.b=3&aZ=2&a_a=1", "&a.b=3&aZ=2&a.a=1"] {
        let sent = signed_by("host", &format!("{head}{good}"), &params);
        assert!(answer(&sent).is_ok(), "{good}");
    }
    for bad in ["&a_a=1&a.b=3&aZ=2", "&aZ=2&a.a=1&a.b=3"] {
        let sent = signed_by("host", &format!("{head}{bad}"), &params);
        assert_eq!(answer(&sent), Err(Refusal::SignatureWrong), "{bad}");
    }
}

#[test]
fn a_host_may_be_signed_with_and_without_its_port() {
    let query = format!("/v2/index.php?Action=X&Nonce=1&SecretId={A}&Timestamp=100");
    for (host, signed) in [
        ("h:1", "h:1"),
        ("h:1", "h"),
        ("h", "h"),
        ("[::1]:1", "[::1]"),
        ("http://h:1", "http://h:1"),
        ("http://h:1", "h:1"),
        ("https://h:1", "h"),
    ] {
        let sent = signed_by(host, &format!("GET{signed}{query}"), &BASE);
        assert!(answer(&sent).is_ok(), "{host} signed as {signed}");
    }
    for (host, signed) in [("h", "h:1"), ("h:1", "h:2"), ("[::1]", "[:"), ("", "h")] {
        let sent = signed_by(host, &format!("GET{signed}{query}"), &BASE);
        assert_eq!(answer(&sent), Err(Refusal::SignatureWrong), "{host} signed as {signed}");
    }
}

#[test]
fn a_request_is_good_for_five_minutes_and_once() {
    let sent = VECTORS[0].sent();
    let keeper = Keeper::default();
    let at = timestamp_s(&sent);
    let ask_at = |now_s| sent.with(|request| ask(request, &keeper, now_s));
    assert_eq!(ask_at(at + 301), Err(Refusal::Expired));
    assert_eq!(ask_at(at - 301), Err(Refusal::Expired));
    assert!(ask_at(at - 300).is_ok());
    assert_eq!(ask_at(at + 300), Err(Refusal::Replayed));
}

#[test]
fn a_token_is_of_no_key_here() {
    let query = format!("/v2/index.php?Action=X&Nonce=1&SecretId={A}&Timestamp=100&Token=");
    for (token, expected) in [("", None), ("t", Some(Refusal::TokenWrong))] {
        let params = [&BASE[..], &[("Token", token)]].concat();
        let sent = signed_by("h", &format!("GETh{query}{token}"), &params);
        assert_eq!(answer(&sent).err(), expected);
    }
}

#[test]
fn a_wrong_signature_does_not_use_up_the_nonce() {
    let keeper = Keeper::default();
    let good = VECTORS[0].sent();
    let mut bad = VECTORS[0].sent();
    bad.params.last_mut().unwrap().1.insert(0, 'x');
    let at = timestamp_s(&good);
    assert_eq!(bad.with(|request| ask(request, &keeper, at)), Err(Refusal::SignatureWrong));
    assert!(good.with(|request| ask(request, &keeper, at)).is_ok());
}

#[test]
fn what_every_request_must_say_is_checked_in_order() {
    let names = ["Action", "Nonce", "Timestamp", "SecretId", "Signature"];
    for (place, name) in names.iter().enumerate() {
        let mut sent = VECTORS[0].sent();
        sent.params.retain(|(key, _)| !names[place..].contains(&key.as_str()));
        let refusal = sent.with(|request| ask(request, &Keeper::default(), 0));
        assert_eq!(refusal, Err(Refusal::Missing((*name).to_owned())));
    }
    for (name, values) in [
        ("Nonce", ["x", "-1", "+1", "1.5", "99999999999999999999999"]),
        ("Timestamp", ["x", "-1", "+1", " 1", "18446744073709551615"]),
    ] {
        for value in values {
            let mut sent = VECTORS[0].sent();
            let param = sent.params.iter_mut().find(|(key, _)| key == name).unwrap();
            param.1 = value.to_owned();
            let refusal = sent.with(|request| ask(request, &Keeper::default(), 0));
            assert!(matches!(refusal, Err(Refusal::Malformed { .. })), "{name}={value}");
        }
    }
}

#[test]
fn a_time_at_the_end_of_numbers_is_expired() {
    let sent = Sent {
        params: [&BASE[..3], &[("Timestamp", "9223372036854775807")]]
            .concat()
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        ..signed_by("host", "", &[])
    };
    let source =
        format!("GEThost/v2/index.php?Action=X&Nonce=1&SecretId={A}&Timestamp=9223372036854775807");
    let mut signed = signed_by("host", &source, &[]);
    signed.params.splice(0..0, sent.params);
    let refusal = signed.with(|request| ask(request, &Keeper::default(), 100));
    assert_eq!(refusal, Err(Refusal::Expired));
}

proptest! {
    #[test]
    fn no_request_makes_it_panic(
        method in "GET|POST|PUT",
        host in "[a-z:/.0-9\\[\\]]{0,20}",
        text in "(Action|Nonce|Timestamp|SecretId|Signature|[ -~]|&|=|%|[0-9]){0,60}",
    ) {
        with_raw(&method, &host, &text, |request| {
            prop_assert!(ask(request, &Keeper::default(), 100).is_err());
            Ok(())
        })?;
    }
}
