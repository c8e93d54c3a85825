//! What proves that an operation is served: goldens and SDK tests.

use anyhow::{Context, Result};
use serde_json::Value;

use super::operations::{self, Operation, Request};
use super::tables::WITHOUT_METHOD;
use crate::tidy::File;

pub const GOLDENS: &str = "crates/dialects/golden/huawei/";
pub const TESTS: &str = "tests/sdk/";

/// One golden: what it asks, and with what status it is answered.
pub struct Golden<'a> {
    pub path: &'a str,
    exchanges: Vec<(Request<'a>, u16)>,
}

pub fn goldens(files: &[File]) -> Result<Vec<Golden<'_>>> {
    let mut goldens = Vec::new();
    for file in files.iter().filter(|file| file.path.starts_with(GOLDENS)) {
        let exchanges = read(&file.text).with_context(|| format!("{} is no golden", file.path))?;
        goldens.push(Golden { path: &file.path, exchanges });
    }
    goldens.sort_by_key(|golden| golden.path);
    Ok(goldens)
}

fn read(text: &str) -> Result<Vec<(Request<'_>, u16)>> {
    let mut exchanges = Vec::new();
    let mut asked = None;
    for section in text.split("\n--- ").skip(1) {
        let (title, rest) = section.split_once('\n').unwrap_or((section, ""));
        let (head, body) = rest.split_once("\n\n").unwrap_or((rest, ""));
        let first = head.lines().next().unwrap_or_default();
        match title {
            "request" => {
                let (method, target) = first.split_once(' ').context("a request has no target")?;
                let path = target.split('?').next().unwrap_or(target);
                let path = if path == "/" { path } else { path.trim_end_matches('/') };
                // A body may be malformed on purpose: then it has no keys.
                let body = serde_json::from_str(body).unwrap_or(Value::Null);
                asked = Some(Request { method, path, body });
            }
            "response" => {
                let status = first.parse().context("a response has no status")?;
                exchanges.push((asked.take().context("a response follows no request")?, status));
            }
            _ => {}
        }
    }
    Ok(exchanges)
}

/// The golden that is most about an operation, if one is answered with success.
pub fn golden_of<'a>(
    operation: &Operation,
    operations: &[Operation],
    goldens: &'a [Golden<'_>],
) -> Option<&'a str> {
    let about = |golden: &&'a Golden<'_>| {
        let mine = golden.exchanges.iter().filter(|(request, status)| {
            (200..300).contains(status)
                && operations::asked(operations, request)
                    .is_some_and(|found| found.name == operation.name)
        });
        // In thousandths, for want of an order among fractions.
        mine.count() * 1000 / golden.exchanges.len().max(1)
    };
    let own_name = snake_case(&operation.name);
    let namesake = |golden: &Golden<'_>| {
        let below = &golden.path[GOLDENS.len()..];
        below.rsplit('/').nth(1).is_some_and(|folder| own_name.contains(folder))
    };
    goldens
        .iter()
        .map(|golden| (about(&golden), golden))
        .filter(|(share, _)| *share > 0)
        // Of equals the last wins, so the first of the names comes last.
        .rev()
        .max_by_key(|(share, golden)| (namesake(golden), *share))
        .map(|(_, golden)| golden.path)
}

/// The Python files of the SDK tests.
pub struct Tests<'a> {
    files: Vec<&'a File>,
}

impl<'a> Tests<'a> {
    pub fn of(files: &'a [File]) -> Tests<'a> {
        let ours = |file: &&File| file.path.starts_with(TESTS) && file.has_extension("py");
        let mut files: Vec<&File> = files.iter().filter(ours).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Tests { files }
    }

    /// The test file that calls the SDK's method of an operation most often, itself or by one of the
    /// short words of the shared clients. Other SDKs have methods of the same names, so whose it is
    /// counts.
    pub fn of_operation(&self, name: &str) -> Option<&'a str> {
        let without = WITHOUT_METHOD.iter().find(|(known, _)| *known == name);
        let called = match without {
            Some((_, called)) => (*called).to_owned(),
            None => format!("client.{}(", snake_case(name)),
        };
        let (tests, shared): (Vec<&File>, Vec<&File>) =
            self.files.iter().partition(|file| file.path[TESTS.len()..].starts_with("test_"));
        let words = shared.iter().flat_map(|file| words_for(&file.text, &called));
        let calls: Vec<String> =
            std::iter::once(called.clone()).chain(words.map(|word| format!(".{word}("))).collect();
        let times = |file: &File| -> usize {
            calls.iter().map(|call| file.text.matches(call.as_str()).count()).sum()
        };
        let most = tests.iter().map(|file| times(file)).max().filter(|most| *most > 0)?;
        tests.iter().find(|file| times(file) == most).map(|file| file.path.as_str())
    }
}

/// The functions of a Python text in which a call stands.
fn words_for<'a>(text: &'a str, called: &str) -> Vec<&'a str> {
    let mut words = Vec::new();
    let mut within = None;
    for line in text.lines() {
        if let Some(rest) = line.trim_start().strip_prefix("def ") {
            within = rest.split('(').next();
        }
        if line.contains(called) {
            words.extend(within);
        }
    }
    words
}

/// The SDK's name of an operation's method.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (at, c) in name.chars().enumerate() {
        if c.is_uppercase() && at > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_golden_is_read_whatever_stands_between_its_requests() {
        let text = "# What.\n--- given\nserver 1\n--- request\nGET /v1/p/jobs/a?b=c\nx: y\n--- response\n200\n\n{}\n--- settle\n--- request\nPOST /v1/p/x/\n\n{\"k\":1}\n--- response\n400\nx: y\n\n{}\n";
        let read = read(text).unwrap();
        let seen: Vec<_> = read.iter().map(|(r, status)| (r.method, r.path, *status)).collect();
        assert_eq!(seen, [("GET", "/v1/p/jobs/a", 200), ("POST", "/v1/p/x", 400)]);
        assert_eq!(read[1].0.body["k"], 1);
    }

    #[test]
    fn methods_are_named_as_the_sdk_names_them() {
        assert_eq!(snake_case("NovaShowFlavorExtraSpecs"), "nova_show_flavor_extra_specs");
    }

    #[test]
    fn a_call_in_a_shared_client_counts_for_who_uses_it() {
        let files = [
            ("tests/sdk/support/c.py", "  def off(self):\n    self.client.batch_stop_servers(r)\n"),
            ("tests/sdk/test_a.py", "x.off(1)"),
            ("tests/sdk/test_b.py", "x.client.batch_start_servers(1)"),
            ("tests/sdk/test_c.py", "compute.update_server(1)\ncompute.flavors()"),
        ]
        .map(|(path, text)| File { path: path.to_owned(), text: text.to_owned() });
        let tests = Tests::of(&files);
        assert_eq!(tests.of_operation("BatchStopServers"), Some("tests/sdk/test_a.py"));
        assert_eq!(tests.of_operation("BatchStartServers"), Some("tests/sdk/test_b.py"));
        assert_eq!(tests.of_operation("NovaShowServer"), None);
        assert_eq!(tests.of_operation("NovaUpdateServer"), Some("tests/sdk/test_c.py"));
        assert_eq!(tests.of_operation("UpdateServer"), None, "that is another SDK's");
    }
}
