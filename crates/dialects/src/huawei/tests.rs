use proptest::prelude::*;
use regiment_core::command::TargetRef;
use regiment_core::model::{ProjectId, RequestId, Role, Time};
use regiment_core::store::{Archive, KeyAndRow, StoreError};
use regiment_core::vault::{Sealed, Secret};
use regiment_core::view::View;
use regiment_core::world::World;

use super::*;
use crate::{Bearer, Gate, Key, Order};

/// Knows nobody.
struct Nobody;

impl Gate for Nobody {
    fn key(&self, _access_key: &str) -> Option<Key> {
        None
    }

    fn bearer(&self, _token: &str) -> Option<Bearer> {
        None
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

struct Empty;

impl Archive for Empty {
    fn at_or_before(&self, _key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn of_request(&self, _key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn outbox_from(&self, _key: &[u8]) -> Result<Option<KeyAndRow>, StoreError> {
        Ok(None)
    }
}

/// Knows everybody by one secret key.
struct Knows(&'static str);

impl Gate for Knows {
    fn key(&self, _access_key: &str) -> Option<Key> {
        Some(Key { secret_key: Secret::new(self.0), project: PROJECT, role: Role::Admin })
    }

    fn bearer(&self, _token: &str) -> Option<Bearer> {
        None
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

const PROJECT: ProjectId = ProjectId(7);

fn decoded(method: &str, path: &str, query: &str, body: &[u8]) -> Action {
    let headers = [("host".to_owned(), "127.0.0.1:1".to_owned())];
    let request = Request { method, path, query, headers: &headers, body, tls: false };
    let context = Context { now: Time(1), request: RequestId(1), gate: &Nobody };
    let caller = Caller { access_key: "AK".into(), project: PROJECT, role: Role::Admin };
    let _ = Huawei.authenticate(&request, &context);
    Huawei.decode(&request, &context, Some(&caller))
}

/// What it comes to in an empty world.
fn settled(action: Action) -> Result<Box<Order>, Answer> {
    let world = World::new(1);
    let view = View::new(&world, &Empty, &(), Time(1));
    match action {
        Action::Answer(answer) => Err(answer),
        Action::Look(look) => Err(look(&view)),
        Action::Consult(consult) => settled(consult(&view)),
        Action::Toil(toil) => settled(toil()),
        Action::Order(order) => Ok(order),
        Action::Rules(_) => panic!("no vendor speaks of rules"),
        Action::Reserved(_, action) => settled(*action),
        Action::Follow(_) => panic!("nothing is followed in this API"),
    }
}

fn path(rest: &str) -> String {
    format!("/v1/{}/cloudservers/{rest}", PROJECT.plain())
}

fn servers(count: usize) -> String {
    let ids: Vec<String> =
        (0..count).map(|n| format!("{{\"id\":\"616fb98f-46ca-475e-917e-{n:012}\"}}")).collect();
    format!("[{}]", ids.join(","))
}

/// A body with a list of servers put into it.
type WithServers = fn(&str) -> String;

#[test]
fn a_batch_has_its_limit() {
    let bodies: [(&str, &str, usize, WithServers); 7] = [
        ("PUT", "os-reset-passwords", 1000, |s| {
            format!(r#"{{"new_password":"Test@12345","servers":{s}}}"#)
        }),
        ("PUT", "server-name", 1000, |s| format!(r#"{{"name":"a","servers":{s}}}"#)),
        ("POST", "action", 1000, |s| format!(r#"{{"os-start":{{"servers":{s}}}}}"#)),
        ("POST", "action", 1000, |s| format!(r#"{{"os-stop":{{"servers":{s}}}}}"#)),
        ("POST", "action", 1000, |s| format!(r#"{{"reboot":{{"type":"HARD","servers":{s}}}}}"#)),
        ("POST", "delete", 1000, |s| format!(r#"{{"servers":{s}}}"#)),
        ("POST", "batch-resize", 50, |s| {
            format!(r#"{{"resize":{{"flavorRef":"f","servers":{s}}}}}"#)
        }),
    ];
    for (method, rest, max, body) in bodies {
        let come_to = |count| {
            let body = body(&servers(count));
            settled(decoded(method, &path(rest), "", body.as_bytes()))
        };
        let order = come_to(max).expect("as many as are allowed");
        assert_eq!(order.command.targets.len(), max, "{rest}");
        assert!(order.command.targets.iter().all(|one| matches!(one, TargetRef::Server(_))));
        let code = |count| come_to(count).err().expect("refused").code;
        assert_eq!(code(max + 1).as_deref(), Some("Ecs.0118"), "{rest}");
        assert_eq!(code(0).as_deref(), Some("Ecs.0005"), "{rest}");
    }
}

/// A list of `count` things, each made from its number.
fn list(count: usize, one: impl Fn(usize) -> String) -> String {
    let all: Vec<String> = (0..count).map(one).collect();
    format!("[{}]", all.join(","))
}

fn to_create(fields: &str) -> String {
    let fixed = r#""name":"a","imageRef":"1189efbfd48b46ada82394b942e2a000","flavorRef":"f",
        "vpcid":"0dae26c99a70439293f387d53115d171","root_volume":{"volumetype":"SSD"}"#;
    let nics = if fields.contains("nics") {
        ""
    } else {
        r#","nics":[{"subnet_id":"157ee78903ea45b1a69876c92660dd83"}]"#
    };
    format!("{{\"server\":{{{fixed}{nics},{fields}}}}}")
}

/// A path, how many a list in the body may hold, the code when there are more, and the body.
type Bounded = (String, usize, &'static str, Box<dyn Fn(usize) -> String>);

fn tag(n: usize) -> String {
    format!(r#"{{"key":"k{n}","value":""}}"#)
}

fn subnet(_: usize) -> String {
    r#"{"subnet_id":"157ee78903ea45b1a69876c92660dd83"}"#.to_owned()
}

fn to_create_lists() -> Vec<Bounded> {
    fn volume(_: usize) -> String {
        r#"{"volumetype":"SSD","size":10}"#.to_owned()
    }
    fn old(n: usize) -> String {
        format!(r#""k{n}.v""#)
    }
    let metadata = |count| {
        let pairs: Vec<String> = (0..count).map(|n| format!(r#""k{n}":"v""#)).collect();
        format!("{{{}}}", pairs.join(","))
    };
    let field = |max, code, name: &'static str, value: fn(usize) -> String| -> Bounded {
        let body = move |count| to_create(&format!(r#""{name}":{}"#, value(count)));
        ("cloudservers".to_owned(), max, code, Box::new(body))
    };
    vec![
        field(100, "Ecs.0913", "count", |count| count.to_string()),
        field(12, "Ecs.0005", "nics", |count| list(count, subnet)),
        field(23, "Ecs.0005", "data_volumes", |count| list(count, volume)),
        field(10, "Ecs.0905", "server_tags", |count| list(count, tag)),
        field(10, "Ecs.0905", "tags", |count| list(count, old)),
        field(10, "Ecs.0005", "metadata", metadata),
    ]
}

fn other_lists() -> Vec<Bounded> {
    const SERVER: &str = "cloudservers/616fb98f-46ca-475e-917e-000000000001";
    const DISK: &str = "54667652-3029-4af8-9222-000000000001";
    fn id(n: usize) -> String {
        format!(r#""616fb98f-46ca-475e-917e-{n:012}""#)
    }
    let field =
        |path: String,
         max,
         code,
         form: fn(String) -> String,
         one: fn(usize) -> String|
         -> Bounded { (path, max, code, Box::new(move |count| form(list(count, one)))) };
    let charge = "cloudservers/actions/change-charge-mode".to_owned();
    let search = "cloudservers/resource_instances/action".to_owned();
    vec![
        field(
            charge,
            10,
            "Ecs.0118",
            |ids| {
                format!(
                    r#"{{"server_ids":{ids},"charge_mode":"prePaid","prepaid_options":{{"period_type":"month","period_num":"1"}}}}"#
                )
            },
            id,
        ),
        field(
            format!("{SERVER}/tags/action"),
            10,
            "Ecs.0905",
            |tags| format!(r#"{{"action":"create","tags":{tags}}}"#),
            tag,
        ),
        field(
            format!("batchaction/attachvolumes/{DISK}"),
            16,
            "Ecs.0118",
            |servers| format!(r#"{{"serverinfo":{servers}}}"#),
            |n| format!(r#"{{"server_id":{}}}"#, id(n)),
        ),
        field(
            format!("batchaction/detachvolumes/{DISK}"),
            16,
            "Ecs.0118",
            |servers| format!(r#"{{"serverinfo":{servers}}}"#),
            id,
        ),
        field(
            search,
            10,
            "Ecs.0005",
            |tags| format!(r#"{{"action":"count","tags":{tags}}}"#),
            |n| format!(r#"{{"key":"k{n}","values":[]}}"#),
        ),
        field(
            format!("{SERVER}/nics"),
            12,
            "Ecs.0005",
            |nics| format!(r#"{{"nics":{nics}}}"#),
            subnet,
        ),
    ]
}

#[test]
fn every_other_list_has_its_limit_too() {
    for (rest, max, code, body) in to_create_lists().into_iter().chain(other_lists()) {
        let path = format!("/v1/{}/{rest}", PROJECT.plain());
        let refused = |count| {
            let answer = settled(decoded("POST", &path, "", body(count).as_bytes())).err()?;
            (answer.status == 400).then_some(answer.code?)
        };
        assert_ne!(refused(max).as_deref(), Some(code), "{rest} {max}");
        assert_eq!(refused(max + 1).as_deref(), Some(code), "{rest} {}", max + 1);
    }
}

#[test]
fn an_operation_that_is_not_served_is_no_server() {
    for (rest, status) in [("tags", 200), ("os-server-groups", 200), ("x", 404), ("limits", 200)] {
        let answer = settled(decoded("GET", &path(rest), "", b"")).err().expect("an answer");
        let gateway = answer.code.as_deref() == Some("APIGW.0101");
        assert_eq!((answer.status, gateway), (status, rest.len() > 1 && status == 404), "{rest}");
    }
}

#[test]
fn every_answer_carries_the_id_of_its_call() {
    for (method, target) in [("GET", "/"), ("GET", "/v3/projects"), ("POST", "/v3/auth/tokens")] {
        let answer = settled(decoded(method, target, "", b"")).err().expect("an answer");
        let id = answer.headers.iter().find(|(name, _)| *name == "x-request-id");
        assert_eq!(id.map(|(_, id)| id.as_str()), Some(RequestId(1).plain().as_str()));
    }
    let context = Context { now: Time(1), request: RequestId(1), gate: &Nobody };
    let headers = [("host".to_owned(), "127.0.0.1:1".to_owned())];
    let request =
        Request { method: "GET", path: "/", query: "", headers: &headers, body: b"", tls: false };
    for (answer, status, message) in [
        (Huawei.too_large(&context), 413, "Request entity too large"),
        (Huawei.unavailable(&request, &context), 502, "Backend unavailable"),
    ] {
        assert_eq!((answer.status, answer.code.as_deref()), (status, Some("APIGW.0201")));
        let id = RequestId(1).plain();
        let body =
            format!(r#"{{"error_msg":"{message}","error_code":"APIGW.0201","request_id":"{id}"}}"#);
        assert_eq!(answer.body, body.as_bytes());
    }
}

#[test]
fn what_a_token_is_bound_to_cannot_be_made_without_the_key() {
    const BODY: &str = r#"{"server":{"name":"a","imageRef":"1189efbfd48b46ada82394b942e2a000",
        "flavorRef":"f","vpcid":"0dae26c99a70439293f387d53115d171","adminPass":"Test@12345",
        "nics":[{"subnet_id":"157ee78903ea45b1a69876c92660dd83"}],"root_volume":{"volumetype":"SSD"}}}"#;
    let path = format!("/v1/{}/cloudservers", PROJECT.plain());
    let token = "5a0a3f65-2c4d-4a3b-9d1c-0f7d4f7b9a11";
    let headers = [("x-client-token".to_owned(), token.to_owned())];
    let (method, query, body) = ("POST", "", BODY.as_bytes());
    let request = Request { method, path: &path, query, headers: &headers, body, tls: false };
    let caller = Caller { access_key: "AK".into(), project: PROJECT, role: Role::Admin };
    let claim = |gate: &dyn Gate| {
        let context = Context { now: Time(1), request: RequestId(1), gate };
        settled(Huawei.decode(&request, &context, Some(&caller))).map(|order| order.command.token)
    };
    let digest = |gate| claim(gate).ok().flatten().expect("a token").digest;
    assert_eq!(digest(&Knows("one")), digest(&Knows("one")));
    assert_ne!(digest(&Knows("one")), digest(&Knows("another")));
    let refused = claim(&Nobody).expect_err("a refusal");
    assert_eq!((refused.status, refused.code.as_deref()), (401, Some("Common.0013")));
}

/// Bodies that are nearly right, with something strange in them.
fn strange_body() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        "[a-zA-Z0-9:\\-]{0,12}".prop_map(|s| format!("\"{s}\"")),
        (0usize..4).prop_map(servers),
    ];
    let key = prop::sample::select(vec![
        "servers",
        "new_password",
        "name",
        "dry_run",
        "type",
        "flavorRef",
        "mode",
        "imageRef",
        "vpcid",
        "nics",
        "root_volume",
        "count",
        "adminPass",
        "metadata",
        "tags",
        "extendparam",
        "auto_terminate_time",
        "imageid",
        "adminpass",
        "publicip",
        "user_data",
        "auth",
    ]);
    let outer = prop::sample::select(vec![
        "",
        "os-start",
        "os-stop",
        "reboot",
        "resize",
        "server",
        "os-change",
        "os-reinstall",
        "reset-password",
    ]);
    (outer, prop::collection::vec((key, value), 0..8)).prop_map(|(outer, fields)| {
        let fields: Vec<String> =
            fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        let inner = format!("{{{}}}", fields.join(","));
        if outer.is_empty() { inner } else { format!("{{\"{outer}\":{inner}}}") }
    })
}

proptest! {
    #[test]
    fn no_request_is_too_strange(
        method in prop::sample::select(vec!["GET", "POST", "PUT", "DELETE"]),
        version in prop::sample::select(vec!["v1", "v1.1", "v2", "v3"]),
        rest in prop::sample::select(vec![
            "", "detail", "flavors", "limits", "action", "delete", "batch-resize",
            "os-reset-passwords", "server-name", "x/resize", "x/reinstallos", "x/changeos",
            "x/os-reset-password", "x",
        ]),
        query in "((limit|offset|marker|ip_eq|name|server_id|tags|id|launched_since)=[^#]{0,8}&){0,3}",
        body in strange_body(),
        wild in ".*",
    ) {
        let path = path(rest).replace("/v1/", &format!("/{version}/"));
        let _ = settled(decoded(method, &path, &query, body.as_bytes()));
        let _ = settled(decoded(method, &path, &wild, wild.as_bytes()));
        let _ = settled(decoded(method, &wild, &query, b""));
        let _ = settled(decoded("POST", "/v3/auth/tokens", &query, body.as_bytes()));
    }
}
