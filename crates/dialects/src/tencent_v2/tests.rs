//! What holds for every request; what each action answers is in the goldens.

use proptest::prelude::*;
use regiment_core::model::{FaultKind, RequestId};

use super::params::Params;
use super::testing::{Bench, with_raw};
use super::*;

fn list(text: &str, name: &str) -> Vec<String> {
    with_raw("GET", "", text, |request| {
        let params = Params::read(request).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        params.fields().list(name).into_iter().map(str::to_owned).collect()
    })
}

#[test]
fn arrays_have_any_base_and_gaps_and_count_as_numbers() {
    assert_eq!(list("a.0=x&a.1=y", "a"), ["x", "y"]);
    assert_eq!(list("a.1=x&a.2=y", "a"), ["x", "y"]);
    assert_eq!(list("a.10=z&a.9=y&a.2=x", "a"), ["x", "y", "z"]);
    assert_eq!(list("a.18446744073709551615=y&a.7=x", "a"), ["x", "y"]);
    assert_eq!(list("a.x=1&a.-1=2&a.0.b=3&aa.0=4&a=5&a.=6&a.1=", "a"), Vec::<String>::new());
}

#[test]
fn objects_in_arrays_have_any_base_and_gaps() {
    with_raw("GET", "", "l.10.p=3&l.2.p=2&l.02.q=1&l.x.p=9&l.5=9", |request| {
        let params = Params::read(request).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let objects = params.fields().objects("l");
        let ports: Vec<_> = objects.iter().map(|one| (one.text("p"), one.text("q"))).collect();
        assert_eq!(ports, [(None, Some("1")), (Some("2"), None), (Some("3"), None)]);
        assert_eq!(objects[1].need("q"), Err(Refusal::Missing("l.2.q".to_owned())));
    });
}

#[test]
fn forms_are_decoded_and_the_last_of_a_name_counts() {
    with_raw("POST", "", "a=1+2%2B3&b=%E4%B8%AD&a=x+y&c&=d\n", |request| {
        let params = Params::read(request).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        assert_eq!(params.get("a"), Some("x y"));
        assert_eq!(params.get("b"), Some("中"));
        assert_eq!(params.get("c"), Some(""));
        assert_eq!(params.get(""), Some("d"));
    });
}

#[test]
fn a_get_has_its_query_alone_and_a_post_its_form_alone() {
    let request = |method| Request {
        method,
        path: PATH,
        query: "a=query",
        headers: &[],
        body: b"a=form",
        tls: false,
    };
    for (method, value) in [("GET", "query"), ("POST", "form")] {
        let params = Params::read(&request(method)).unwrap_or_else(|r| panic!("{r:?}"));
        assert_eq!(params.get("a"), Some(value));
    }
    assert!(Params::read(&request("PUT")).is_err());
}

#[test]
fn parameters_are_bounded() {
    let refused = |text: &str| with_raw("GET", "", text, |request| Params::read(request).is_err());
    assert!(!refused(&"a=1&".repeat(2_000)));
    assert!(refused(&"a=1&".repeat(2_001)));
    assert!(!refused(&"k".repeat(128)));
    assert!(refused(&"k".repeat(129)));
    assert!(!refused(&format!("a={}", "v".repeat(64 << 10))));
    assert!(refused(&format!("a={}", "v".repeat((64 << 10) + 1))));
    assert!(refused("a=%FF"), "not UTF-8");
}

#[test]
fn only_the_one_path_is_this_dialects() {
    for (path, is) in [("/v2/index.php", true), ("/v2/index.php/", false), ("/", false)] {
        let request =
            Request { method: "GET", path, query: "", headers: &[], body: b"", tls: false };
        assert_eq!(TencentV2.recognizes(&request), is, "{path}");
    }
}

#[test]
fn what_is_not_the_clients_fault_is_said_in_its_own_envelope() {
    let bench = Bench::new();
    let body = |answer: Answer| {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers, [("content-type", "application/json".to_owned())]);
        String::from_utf8(answer.body).unwrap()
    };
    let large = body(TencentV2.too_large(&bench.context()));
    assert_eq!(
        large,
        r#"{"code":4000,"message":"the request is larger than 1 MB","codeDesc":"InvalidParameter"}"#
    );
    let unavailable = |text: &str| {
        with_raw("GET", "", text, |request| body(TencentV2.unavailable(request, &bench.context())))
    };
    assert!(unavailable("Action=X").starts_with(r#"{"code":6200,"#));
    let id = RequestId(7).to_string();
    assert_eq!(
        unavailable("Version=2017-03-12"),
        format!(
            r#"{{"Response":{{"Error":{{"Code":"ServiceUnavailable","Message":"The service is not available, try again later."}},"RequestId":"{id}"}}}}"#
        )
    );
}

#[test]
fn what_takes_millions_of_tasks_to_meet_has_its_code_too() {
    let (code, desc, _) = Refusal::from(FaultKind::TooManyJobs).flat();
    assert_eq!((code, desc), (4400, "InvalidRequest.LimitExceeded"));
    let (code, desc, _) = Refusal::from(FaultKind::Internal).flat();
    assert_eq!((code, desc), (6000, "InternalError"));
}

/// Names that mean something somewhere, and values near the edges of what they may be.
fn soup() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        "(instanceIds|lanIps|loadBalancerIds|listenerIds)\\.[0-9]{1,3}",
        "(instanceId|loadBalancerId|requestId|imageId|imageType|password|instanceName|cpu|mem)",
        "(zoneId|storageSize|rootSize|goodsNum|clientToken|hostName|offset|limit|status|forward)",
        "(loadBalancerType|number|orderBy|orderType|withRs|searchKey|searchWord|forceStop|Region)",
        "listeners\\.[0-3]\\.(loadBalancerPort|instancePort|protocol|sessionExpire|SSLMode|certId)",
        "backends\\.[0-3]\\.(instanceId|weight)",
        "[a-zA-Z.0-9_]{0,12}",
    ];
    let value = prop_oneof![
        Just("ins-00000001".to_owned()),
        Just("ins-00000002".to_owned()),
        Just("qcvm00000000000000000000000000000003".to_owned()),
        Just("img-00000024".to_owned()),
        Just("2748".to_owned()),
        Just("100001".to_owned()),
        Just("Abcdef123456".to_owned()),
        "lb-[0-9a-z]{8}",
        "[0-9]{1,20}",
        "-?[0-4]",
        "%?[ -~]{0,20}",
        "[a-z中é%+]{0,12}",
    ];
    prop::collection::vec((name, value), 0..24).prop_map(|pairs| {
        let pairs: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("&")
    })
}

proptest! {
    #[test]
    fn no_soup_of_parameters_makes_any_action_panic(
        soups in prop::collection::vec((0usize..100, soup(), any::<bool>()), 1..12),
    ) {
        let mut bench = Bench::new();
        for (action, soup, post) in soups {
            let action = actions::name_at(action);
            let text = format!("Action={action}&{soup}");
            let method = if post { "POST" } else { "GET" };
            let answer = with_raw(method, "127.0.0.1:1", &text, |request| bench.ask(request));
            prop_assert_eq!(answer.status, 200);
            let body = String::from_utf8(answer.body).unwrap();
            let coded = body.starts_with("{\"code\":") || body.starts_with("{\"Response\":");
            prop_assert!(coded, "{}", body);
            prop_assert_eq!(bench.world.check_invariants(), Vec::<String>::new());
        }
    }

    #[test]
    fn the_outer_code_is_the_fold_of_the_items_and_each_id_is_answered_once(
        picks in prop::collection::vec(0usize..5, 1..12),
        base in 0usize..3,
        step in 1usize..4,
    ) {
        // The second id is another name of the first's instance.
        let names = [
            "ins-00000001",
            "qcvm00000000000000000000000000000001",
            "ins-00000002",
            "ins-zzzzzzzz",
            "no id at all",
        ];
        let params: Vec<String> = picks
            .iter()
            .enumerate()
            .map(|(n, pick)| format!("instanceIds.{}={}", base + n * step, names[*pick]))
            .collect();
        let text = format!("Action=StartInstances&{}", params.join("&"));
        let answer = with_raw("GET", "", &text, |request| Bench::new().ask(request));
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();

        let mut sent = picks.clone();
        let mut seen = std::collections::HashSet::new();
        sent.retain(|pick| seen.insert(*pick));
        let detail = body["detail"].as_object().unwrap();
        prop_assert_eq!(detail.len(), sent.len());
        for pick in &sent {
            let item = &detail[names[*pick]];
            let good = *pick < 3;
            prop_assert_eq!(item["code"].as_i64() == Some(0), good);
            prop_assert_eq!(item["requestId"].is_string(), good);
        }
        let good = sent.iter().filter(|pick| **pick < 3).count();
        let outer = if good == sent.len() { 0 } else if good == 0 { 5100 } else { 5400 };
        prop_assert_eq!(body["code"].as_i64(), Some(outer));
        let text = String::from_utf8(answer.body).unwrap();
        let places: Vec<_> = sent.iter().map(|pick| text.find(names[*pick]).unwrap()).collect();
        prop_assert!(places.is_sorted(), "{}", text);
    }

    #[test]
    fn no_bytes_make_it_panic(text in "\\PC{0,80}", method in "GET|POST|HEAD") {
        let mut bench = Bench::new();
        let answer = with_raw(&method, "x", &text, |request| bench.ask(request));
        prop_assert_eq!(answer.status, 200);
    }
}
