use regiment_core::model::{FaultKind, ProjectId, Time};
use serde_json::{Value, json};

use super::*;

fn occasion(stage: Stage) -> Occasion<'static> {
    Occasion {
        stage,
        dialect: "huawei",
        action: "POST /v1/x/cloudservers/action",
        operation: Some("stop"),
        project: Some(ProjectId(7)),
        servers: &[],
    }
}

fn rule(value: Value) -> Rule {
    serde_json::from_value(value).expect("a rule")
}

#[test]
fn a_line_means_the_rule_it_reads_like() {
    let no_capacity = json!({"fail": "no-capacity"});
    for (line, wanted) in [
        (
            "resize fails with no-capacity on 3 of web-*",
            json!({"match": {"operation": "resize", "server": "web-*"}, "when": {"times": 3}, "effect": no_capacity}),
        ),
        (
            "reset-password finds no agent",
            json!({"match": {"operation": "reset_password"}, "effect": "agent-missing"}),
        ),
        (
            "everything is throttled in tencent_v3 every 3rd time",
            json!({"match": {"dialect": "tencent_v3"}, "when": {"every": 3}, "effect": "throttle"}),
        ),
        (
            "StopInstances fails with code InternalError once",
            json!({"stage": "request", "match": {"action": "StopInstances"}, "when": {"times": 1}, "effect": {"fail": {"code": "InternalError", "message": "injected"}}}),
        ),
        (
            "StopInstances fails with server-busy on web-1",
            json!({"stage": "admit", "match": {"action": "StopInstances", "server": "web-1"}, "effect": {"fail": "server-busy"}}),
        ),
        (
            "start takes 2s longer on *",
            json!({"match": {"operation": "start"}, "effect": {"delay": 2000}}),
        ),
        (
            "start takes 10 times as long with probability 20%",
            json!({"match": {"operation": "start"}, "when": {"probability": 0.2}, "effect": {"slow": 10.0}}),
        ),
        (
            "stop hangs the 2nd time at admit",
            json!({"stage": "admit", "match": {"operation": "stop"}, "when": {"nth": 2}, "effect": "hang"}),
        ),
        ("stop loses the reply", json!({"match": {"operation": "stop"}, "effect": "lost"})),
        ("stop loses its host", json!({"match": {"operation": "stop"}, "effect": "host-down"})),
        ("* answers 503 5 times", json!({"when": {"times": 5}, "effect": {"status": 503}})),
    ] {
        assert_eq!(Rule::parse(line), Ok(rule(wanted)), "{line}");
    }
}

#[test]
fn a_line_that_means_nothing_is_refused_in_words() {
    for (line, why) in [
        ("", "an operation or an action is missing at the end"),
        ("stop", "what goes wrong is missing at the end"),
        ("stop explodes", "\"explodes\" is no effect"),
        ("stop fails with sadness", "there is no fault named \"sadness\""),
        ("stop fails", "\"with\" is wanted where there is \"the end\""),
        ("stop takes 5 longer", "the delay must be a number with a unit"),
        ("stop hangs maybe", "\"maybe\" is no condition"),
        ("stop hangs 0 times", "counted from 1"),
        ("stop is lost at run", "lost cannot happen at stage run"),
        ("stop is throttled with probability 2", "a probability is from 0 to 1"),
    ] {
        let said = Rule::parse(line).expect_err(line);
        assert!(said.contains(why), "{line}: {said}");
    }
}

#[test]
fn a_rule_is_written_as_it_is_read() {
    for value in [
        json!({"name": "x", "stage": "run", "match": {"operation": "stop", "tags": {"role": "web"}}, "when": {"from": "2026-01-02T03:04:05.000Z"}, "effect": {"fail": "host-down"}}),
        json!({"stage": "reply", "match": {}, "when": {"every": 2}, "effect": {"fail": {"status": 409, "code": "Ecs.1", "message": "no"}}}),
        json!({"stage": "request", "match": {}, "when": {}, "effect": {"delay": 5}}),
        json!({"stage": "reply", "match": {}, "when": {}, "effect": "truncated"}),
    ] {
        assert_eq!(serde_json::to_value(rule(value.clone())).unwrap(), value);
    }
    let late = rule(json!({"effect": {"delay": "2s"}}));
    assert_eq!(late.effect, Effect::Delay(Span(2_000)));
}

#[test]
fn unknown_words_in_a_rule_are_refused() {
    for value in [
        json!({"effect": "explode"}),
        json!({"effect": {"fail": "sadness"}}),
        json!({"effect": "hang", "matches": {}}),
        json!({"effect": "hang", "match": {"servers": "x"}}),
        json!({"effect": "hang", "when": {"often": 1}}),
        json!({"effect": {"fail": {"code": "X", "why": "y"}}}),
    ] {
        assert!(serde_json::from_value::<Rule>(value.clone()).is_err(), "{value}");
    }
}

#[test]
fn every_named_fault_is_read_as_it_is_written() {
    for name in ["no-capacity", "NoCapacity", "no_capacity"] {
        assert_eq!(Named::read(name), Some(Named(FaultKind::NoCapacity)));
    }
    assert_eq!(serde_json::to_value(Named(FaultKind::HostDown)).unwrap(), "host-down");
    assert_eq!(Named::read("nocapacity"), None);
}

#[test]
fn a_rule_fires_as_often_as_it_says() {
    let fired = |when: Value| {
        let mut book = Book::new(7);
        book.add(rule(json!({"stage": "run", "when": when, "effect": "hang"}))).unwrap();
        let fire =
            |second: i64| book.meet(&occasion(Stage::Run), Time(second * 1_000)).map(|_| second);
        (1..=9).filter_map(fire).collect::<Vec<i64>>()
    };
    assert_eq!(fired(json!({})), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(fired(json!({"nth": 3})), [3]);
    assert_eq!(fired(json!({"every": 4})), [4, 8]);
    assert_eq!(fired(json!({"times": 2})), [1, 2]);
    assert_eq!(fired(json!({"every": 2, "times": 2})), [2, 4]);
    let window = json!({"from": "1970-01-01T00:00:03Z", "until": "1970-01-01T00:00:05Z"});
    assert_eq!(fired(window), [3, 4]);
    assert!(fired(json!({"probability": 0.0})).is_empty());
    assert_eq!(fired(json!({"probability": 1.0})).len(), 9);
    let some = fired(json!({"probability": 0.5}));
    assert!(!some.is_empty() && some.len() < 9, "{some:?}");
    assert_eq!(some, fired(json!({"probability": 0.5})), "the same seed, the same luck");
}

#[test]
fn the_first_rule_that_fires_is_the_one() {
    let mut book = Book::new(1);
    let first =
        book.add(rule(json!({"stage": "run", "when": {"nth": 2}, "effect": "hang"}))).unwrap();
    let second = book.add(rule(json!({"stage": "run", "effect": {"delay": 1}}))).unwrap();
    let met = |book: &mut Book| book.meet(&occasion(Stage::Run), Time(0)).unwrap().rule;
    assert_eq!([met(&mut book), met(&mut book), met(&mut book)], [second, first, second]);
    let counts: Vec<(u64, u64)> = book.iter().map(|(_, kept)| (kept.seen, kept.hits)).collect();
    assert_eq!(counts, [(3, 1), (2, 2)]);
    assert!(book.meet(&occasion(Stage::Reply), Time(0)).is_none(), "another stage");
}

#[test]
fn a_rule_is_about_whom_it_says() {
    let fits = |matching: Value| {
        let rule = rule(json!({"stage": "admit", "match": matching, "effect": "hang"}));
        rule.matching.fits(&occasion(Stage::Admit))
    };
    assert!(fits(json!({})));
    assert!(fits(json!({"dialect": "huawei", "operation": "stop"})));
    assert!(fits(json!({"action": "POST *action"})));
    assert!(fits(json!({"project": ProjectId(7).plain()})));
    assert!(!fits(json!({"dialect": "tencent_v2"})));
    assert!(!fits(json!({"operation": "start"})));
    assert!(!fits(json!({"action": "GET *"})));
    assert!(!fits(json!({"project": ProjectId(8).plain()})));
    assert!(!fits(json!({"server": "*"})), "it is about no server");
}

#[test]
fn an_effect_is_refused_where_it_cannot_happen() {
    let check =
        |stage: &str, effect: Value| rule(json!({"stage": stage, "effect": effect})).check();
    for stage in ["request", "admit", "reply"] {
        for effect in [
            json!("throttle"),
            json!({"status": 502}),
            json!("reset"),
            json!("lost"),
            json!("malformed"),
            json!("truncated"),
            json!({"fail": {"code": "X"}}),
        ] {
            assert_eq!(check(stage, effect.clone()), Ok(()), "{effect} at {stage}");
            assert!(check("run", effect.clone()).is_err(), "{effect} at run");
        }
        for effect in
            [json!({"slow": 2.0}), json!("agent-missing"), json!("host-down"), json!("host-up")]
        {
            assert!(check(stage, effect.clone()).is_err(), "{effect} at {stage}");
            assert_eq!(check("run", effect.clone()), Ok(()), "{effect} at run");
        }
    }
    for stage in ["request", "admit", "run", "reply"] {
        for effect in [json!({"fail": "no-capacity"}), json!({"delay": 5}), json!("hang")] {
            assert_eq!(check(stage, effect.clone()), Ok(()), "{effect} at {stage}");
        }
    }
    assert!(check("run", json!({"slow": 0.5})).is_err());
    assert!(check("request", json!({"status": 200})).is_err());
    assert!(check("request", json!({"delay": -1})).is_err());
}

#[test]
fn who_looks_after_a_test_is_not_cut_off_by_it() {
    let everything = rule(json!({"effect": "hang"})).matching;
    let met =
        Stage::ALL.map(|stage| everything.fits(&Occasion { dialect: "native", ..occasion(stage) }));
    // Orders and their work are met all the same.
    assert_eq!(met, [false, true, true, false]);
}
