use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use regiment_core::model::FaultKind;
use serde_json::Value;

use super::{CODES, Said, Shown};
use crate::huawei::faults::Row;
use crate::huawei::nova;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below a folder whose name ends so, by its path from the top.
fn files(folder: &str, end: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(top().join(&folder)).expect("a folder") {
            let entry = entry.expect("readable");
            let path = format!("{folder}/{}", entry.file_name().to_str().expect("UTF-8"));
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.ends_with(end) {
                found.insert(path, fs::read_to_string(entry.path()).expect("readable"));
            }
        }
    }
    found
}

/// What is compiled into the product.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let mut found = files(folder, ".rs");
    found.retain(|path, _| !path.contains("/tests") && !path.ends_with("huawei/codes.rs"));
    // Tests that stand at the end of a file are no part of it.
    for text in found.values_mut() {
        if let Some(tests) = text.find("#[cfg(test)]\nmod tests {") {
            text.truncate(tests);
        }
    }
    found
}

const FAMILIES: [&str; 7] = ["APIGW", "Common", "Ecs", "EVS", "IMG", "Pdp", "VPC"];

fn is_code(word: &str) -> bool {
    word.split_once('.').is_some_and(|(family, number)| {
        FAMILIES.contains(&family)
            && number.len() == 4
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The codes in a source, each with the status that stands after it, if one does.
fn codes_in(source: &str) -> Vec<(&str, Option<u16>)> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices('"') {
        let rest = &source[at + 1..];
        let Some(word) = rest.split('"').next().filter(|word| is_code(word)) else { continue };
        let after = rest[word.len() + 1..].trim_start_matches([',', ' ', '\n']);
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        found.push((word, after[..digits].parse().ok()));
    }
    found
}

fn row(code: &str, status: u16) -> Option<&'static Said> {
    CODES.iter().find(|row| row.code == code && row.status == status)
}

/// What the goldens show: each code with its status as answers, and those inside of answers, with the
/// file that comes first.
#[derive(Default)]
struct Goldens {
    answers: BTreeMap<(String, u16), String>,
    inside: BTreeMap<String, String>,
}

fn goldens() -> Goldens {
    let mut goldens = Goldens::default();
    for (path, text) in files("crates/dialects/golden/huawei", ".http") {
        for response in text.split("--- response\n").skip(1) {
            let response = response.split("\n--- ").next().unwrap_or_default();
            let (head, body) = response.split_once("\n\n").unwrap_or((response, ""));
            let status: u16 = head.lines().next().and_then(|line| line.parse().ok()).expect("one");
            let Ok(body) = serde_json::from_str::<Value>(body) else { continue };
            let own = ["/error/code", "/error_code", "/code"];
            let own = own.iter().find_map(|place| body.pointer(place)?.as_str());
            let own = own.filter(|code| status >= 400 && is_code(code));
            if let Some(code) = own {
                goldens.answers.entry((code.to_owned(), status)).or_insert_with(|| path.clone());
            }
            let mut all = Vec::new();
            collect(&body, &mut all);
            for code in all.into_iter().filter(|code| own != Some(code)) {
                goldens.inside.entry(code.to_owned()).or_insert_with(|| path.clone());
            }
        }
    }
    goldens
}

/// Every code in a body, wherever it stands.
fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(code) if matches!(name.as_str(), "code" | "error_code") => {
                        found.extend(Some(code).filter(|code| is_code(code)));
                    }
                    _ => collect(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every kind of fault, read off the core's own list.
fn kinds() -> Vec<FaultKind> {
    let text = fs::read_to_string(top().join("crates/core/src/model/fault.rs")).expect("it is");
    let (_, list) = text.split_once("pub enum FaultKind {\n").expect("the list begins");
    let (list, _) = list.split_once("\n}").expect("the list ends");
    let names = list.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    names
        .map(|name| Value::String(name.trim_end_matches(',').to_owned()))
        .map(|name| serde_json::from_value(name).expect("a kind of fault"))
        .collect()
}

#[test]
fn the_table_is_in_order_and_each_row_is_there_once() {
    let keys: Vec<_> = CODES.iter().map(|row| (row.code, row.status)).collect();
    let in_order = |pair: &[(&str, u16)]| {
        let family = |code: &str| code.split('.').next().map(str::to_owned);
        family(pair[0].0) != family(pair[1].0) || pair[0] < pair[1]
    };
    let wrong: Vec<_> = keys.windows(2).filter(|pair| !in_order(pair)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let once: BTreeSet<_> = keys.iter().collect();
    assert_eq!(once.len(), keys.len());
}

#[test]
fn every_code_in_the_sources_is_a_row_of_the_table() {
    let (mut wrong, mut said) = (Vec::new(), BTreeSet::new());
    for (path, text) in sources("crates/dialects/src/huawei") {
        for (code, status) in codes_in(&text) {
            said.insert(code.to_owned());
            let known = match status {
                Some(status) => row(code, status).is_some(),
                None => CODES.iter().any(|row| row.code == code),
            };
            if !known {
                wrong.push(format!("{path}: {code} {status:?} is no row of codes.rs"));
            }
        }
    }
    let silent = CODES.iter().filter(|row| !said.contains(row.code));
    wrong.extend(silent.map(|row| format!("{} is said nowhere", row.code)));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_row_is_shown_by_a_golden_and_every_golden_keeps_to_the_table() {
    let goldens = goldens();
    let mut wrong = Vec::new();
    for ((code, status), path) in &goldens.answers {
        if row(code, *status).is_none() {
            wrong.push(format!("{path}: {code} with {status} is no row of codes.rs"));
        }
    }
    for (code, path) in &goldens.inside {
        if !CODES.iter().any(|row| row.code == code) {
            wrong.push(format!("{path}: {code} is no row of codes.rs"));
        }
    }
    for row in CODES {
        let Said { code, status, .. } = row;
        let answered = goldens.answers.contains_key(&((*code).to_owned(), *status));
        let inside = goldens.inside.contains_key(*code);
        let as_said = match row.shown {
            Shown::Answer => answered,
            Shown::Inside => inside && !answered,
            Shown::Nowhere(_) => !answered && !inside,
        };
        if !as_said {
            wrong.push(format!("{code} with {status} is not shown as {:?}", row.shown));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_kind_of_fault_has_a_row_and_something_brings_it_about() {
    let mut makers = sources("crates/core/src");
    makers.extend(sources("crates/dialects/src"));
    makers.retain(|path, _| !path.ends_with("fault.rs") && !path.ends_with("faults.rs"));
    let mut wrong = Vec::new();
    for kind in kinds() {
        let Row { code, status, .. } = Row::of(&kind.into());
        if row(code, status).is_none() {
            wrong.push(format!("{kind:?} is {code} with {status}, no row of codes.rs"));
        }
        let name = format!("FaultKind::{kind:?}");
        let made = |text: &String| {
            let mut places = text.match_indices(&name).map(|(at, name)| &text[at + name.len()..]);
            places.any(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric()))
        };
        if !makers.values().any(made) {
            wrong.push(format!("nothing brings {kind:?} about"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

const PAGE: &str = "docs/errors/huawei.md";

const HEAD: &str = "# Huawei Cloud ECS: errors

Written by `UPDATE_GOLDEN=1 cargo test -p regiment-dialects codes` from the table in `crates/dialects/src/huawei/codes.rs` and the goldens; the same test fails
when it is stale. The statuses are those of the vendor's table of codes, except where a row says why not. A code beside a server
in a batch, or in a job, has no status of its own: the documented one is given.

ECS answers `{\"error\": {\"message\", \"code\"}}`, a job query and the VPC service `{\"code\", \"message\"}`, the gateway in front
`{\"error_msg\", \"error_code\", \"request_id\"}`. IAM and Nova have no such codes: IAM has a title, Nova a word for each status.
";

const FAULTS: &str = "
## What goes wrong, and its code

Every fault that the core can name. The sentence may be followed by what it happened to. A step that failed has the code of its operation
where there is one.

| fault | code | status | message | Nova |
| --- | --- | ---: | --- | --- |
";

fn page() -> String {
    let goldens = goldens();
    let mut page = HEAD.to_owned();
    page +=
        "\n| code | status | meaning | said when | golden |\n| --- | ---: | --- | --- | --- |\n";
    for Said { code, status, meaning, when, shown } in CODES {
        let link = |path: &String| {
            let name = path.strip_prefix("crates/dialects/golden/huawei/").unwrap_or(path);
            format!("[{name}](../../{path})")
        };
        let golden = match shown {
            Shown::Answer => goldens.answers.get(&((*code).to_owned(), *status)).map(link),
            Shown::Inside => goldens.inside.get(*code).map(link),
            Shown::Nowhere(why) => Some(format!("none: {why}")),
        };
        let golden = golden.unwrap_or_default();
        let _ = writeln!(page, "| `{code}` | {status} | {meaning} | {when} | {golden} |");
    }
    page += FAULTS;
    for kind in kinds() {
        let Row { code, status, message } = Row::of(&kind.into());
        let (nova_status, word) = nova::told(kind);
        let sentence = kind.sentence();
        let _ = writeln!(
            page,
            "| {sentence} | `{code}` | {status} | {message} | {nova_status} `{word}` |"
        );
    }
    page
}

#[test]
fn the_page_says_what_the_table_says() {
    let wanted = page();
    let place = top().join(PAGE);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&place, &wanted).expect("the page can be written");
    }
    let found = fs::read_to_string(&place).unwrap_or_default();
    let same = found.lines().zip(wanted.lines()).take_while(|(old, new)| old == new).count();
    let line = wanted.lines().nth(same).unwrap_or("the end");
    assert!(found == wanted, "{PAGE}:{}: should be: {line}", same + 1);
}

#[test]
fn codes_are_found_with_their_statuses() {
    let source = r#"Row::new("Ecs.0005", 400, "x"), ("IMG.0001",
        404, ""), reply.gateway(413, "APIGW.0201", "y"), "Ecs.005", "Ecsx.0005", "Ecs.0011")"#;
    let found = codes_in(source);
    assert_eq!(
        found,
        [
            ("Ecs.0005", Some(400)),
            ("IMG.0001", Some(404)),
            ("APIGW.0201", None),
            ("Ecs.0011", None)
        ]
    );
    assert!(kinds().contains(&FaultKind::ServerBusy) && kinds().len() > 50);
}
