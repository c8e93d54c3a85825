//! All tests, and one closing line that counts them.

use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{python, vm, watch};

/// How many tests did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Count {
    fn all(self) -> u64 {
        self.passed + self.failed + self.skipped
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, more: Count) {
        self.passed += more.passed;
        self.failed += more.failed;
        self.skipped += more.skipped;
    }
}

struct Suite {
    name: &'static str,
    run: fn(&Path) -> Result<Ran>,
}

/// What became of a suite.
enum Ran {
    Whole(Count, Output),
    /// This machine cannot run it at all, for this reason.
    Not(String),
}

const SUITES: &[Suite] = &[
    Suite { name: "rust", run: rust },
    Suite { name: "sdk", run: sdk },
    Suite { name: "vm", run: real_machines },
];

pub fn run(root: &Path, arguments: &[String]) -> Result<bool> {
    let wanted = |suite: &&Suite| arguments.is_empty() || arguments.iter().any(|a| a == suite.name);
    let unknown = arguments.iter().find(|a| !SUITES.iter().any(|suite| suite.name == **a));
    if let Some(unknown) = unknown {
        bail!("there is no suite {unknown}");
    }
    let mut total = Count::default();
    for suite in SUITES.iter().filter(wanted) {
        total += one(root, suite);
    }
    println!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    Ok(total.failed == 0 && total.passed > 0)
}

/// Runs a suite and says in one line how it went; a suite that could not run, or ran nothing,
/// counts as one failure.
fn one(root: &Path, suite: &Suite) -> Count {
    let began = Instant::now();
    let (mut count, trouble) = match (suite.run)(root) {
        Ok(Ran::Not(why)) => {
            let name = suite.name.to_uppercase();
            println!("\n  !!  THE {name} TESTS DID NOT RUN: {why}\n");
            (Count { skipped: 1, ..Count::default() }, None)
        }
        Ok(Ran::Whole(count, output)) => {
            let printed = text(&output);
            let log = root.join("target").join(format!("{}-tests.log", suite.name));
            // The log is a convenience: a full disk must not hide what the tests said.
            let _ = fs::write(log, &printed);
            let trouble = (!output.status.success() || count.all() == 0).then_some(printed);
            (count, trouble)
        }
        Err(error) => (Count::default(), Some(format!("{error:#}\n"))),
    };
    if trouble.is_some() && count.failed == 0 {
        count.failed = 1;
    }
    if let Some(trouble) = &trouble {
        print!("{trouble}");
    }
    let mark = if trouble.is_some() { "FAIL" } else { "ok" };
    let Count { passed, failed, skipped } = count;
    println!(
        "{mark:<4} {:<5} tests: {passed} good, {failed} bad, {skipped} left out, {:.1} s",
        suite.name,
        began.elapsed().as_secs_f64()
    );
    count
}

fn rust(root: &Path) -> Result<Ran> {
    let has_nextest = cargo(root).args(["nextest", "--version"]).output()?.status.success();
    let mut command = cargo(root);
    if has_nextest {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        command.args(["test", "--workspace", "--no-fail-fast"]);
    }
    let output = watch::output(&mut command)?;
    let printed = text(&output);
    let count = if has_nextest { count_nextest(&printed) } else { count_cargo_test(&printed) };
    Ok(Ran::Whole(count, output))
}

fn sdk(root: &Path) -> Result<Ran> {
    let binary = match std::env::var_os("REGIMENT_BIN") {
        Some(binary) => binary.into(),
        None => build(root, &["--release"])?,
    };
    let (count, output) = pytest(root, &binary, |command| {
        let tests = root.join("tests/sdk");
        command.arg(format!("--ignore={}", root.join(REAL_MACHINES).display())).arg(tests);
    })?;
    Ok(Ran::Whole(count, output))
}

/// Tests with the vendors' SDKs that need real machines.
const REAL_MACHINES: &str = "tests/sdk/test_real_machines.py";

/// Runs tests with the vendors' SDKs. Which, is for the caller to add.
fn pytest(root: &Path, binary: &Path, which: impl FnOnce(&mut Command)) -> Result<(Count, Output)> {
    let python = python::environment(root)?;
    let report = root.join("target").join("sdk-tests.xml");
    let _ = fs::remove_file(&report);
    let mut command = Command::new(python);
    command
        .args(["-m", "pytest", "-q", "--color=no"])
        .arg(format!("--junitxml={}", report.display()))
        .current_dir(root)
        .env("REGIMENT_BIN", binary);
    which(&mut command);
    let output = watch::output(&mut command).context("pytest does not start")?;
    let report = fs::read_to_string(&report).unwrap_or_default();
    Ok((count_junit(&report), output))
}

/// The binary that the tests start is the one that is built with them.
fn real_machines(root: &Path) -> Result<Ran> {
    let binary = build(root, &[])?;
    let library = match vm::prepare(root, &binary)? {
        vm::Here::Library(library) => library,
        vm::Here::Nothing(why) => return Ok(Ran::Not(why)),
    };
    // Two at a time: each emulated guest takes a core while it boots.
    let mut command = cargo(root);
    command
        .args(["test", "--package", "regiment", "--test", "vm", "--no-fail-fast", "--"])
        .arg("--test-threads=2")
        .env("VM_LIBRARY", &library);
    let mut output = watch::output(&mut command)?;
    let mut count = count_cargo_test(&text(&output));
    if root.join(REAL_MACHINES).exists() {
        let (more, ordered) = pytest(root, &binary, |command| {
            command.arg(root.join(REAL_MACHINES)).env("VM_LIBRARY", &library);
        })?;
        count += more;
        output.stdout.extend(&ordered.stdout);
        output.stderr.extend(&ordered.stderr);
        if output.status.success() {
            output.status = ordered.status;
        }
    }
    Ok(Ran::Whole(count, output))
}

/// The command itself, as people run it.
fn build(root: &Path, options: &[&str]) -> Result<PathBuf> {
    let output = cargo(root)
        .args(["build", "--package", "regiment", "--message-format=json"])
        .args(options)
        .output()?;
    if !output.status.success() {
        bail!("the build failed\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(Into::into))
        .next_back()
        .context("cargo built no command")
}

fn cargo(root: &Path) -> Command {
    let mut command =
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".to_owned().into()));
    command.current_dir(root).env("CARGO_TERM_COLOR", "never");
    command
}

fn text(output: &Output) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    text
}

/// `Summary [   1.2s] 14 tests run: 12 passed (1 slow), 1 failed, 1 timed out, 2 skipped`.
fn count_nextest(printed: &str) -> Count {
    let mut count = Count::default();
    let summary = printed.lines().rfind(|line| line.trim_start().starts_with("Summary ["));
    let counted = summary.and_then(|line| line.split_once("run: ")).map_or("", |(_, rest)| rest);
    for part in counted.split(',') {
        let mut words = part.split_whitespace();
        let number = words.next().and_then(|number| number.parse().ok()).unwrap_or(0);
        match words.next() {
            Some("passed") => count.passed += number,
            Some("skipped") => count.skipped += number,
            // Failed, timed out, exec failed.
            Some(_) => count.failed += number,
            None => {}
        }
    }
    count
}

/// One `test result: ok. 3 passed; 0 failed; 1 ignored; …` for each crate.
fn count_cargo_test(printed: &str) -> Count {
    let mut count = Count::default();
    for line in printed.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        for part in line.split([';', '.']) {
            let mut words = part.split_whitespace();
            let Some(number) = words.next().and_then(|number| number.parse::<u64>().ok()) else {
                continue;
            };
            match words.next() {
                Some("passed") => count.passed += number,
                Some("failed") => count.failed += number,
                Some("ignored") => count.skipped += number,
                Some(_) | None => {}
            }
        }
    }
    count
}

/// The counters pytest puts on its suite.
fn count_junit(report: &str) -> Count {
    let Some((_, suite)) = report.split_once("<testsuite ") else {
        return Count::default();
    };
    let head = suite.split('>').next().unwrap_or_default();
    let number = |name: &str| -> u64 {
        let value = head.split_once(&format!(" {name}=\"")).map_or("", |(_, rest)| rest);
        value.split('"').next().and_then(|value| value.parse().ok()).unwrap_or(0)
    };
    let failed = number("failures") + number("errors");
    let skipped = number("skipped");
    Count { passed: number("tests").saturating_sub(failed + skipped), failed, skipped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_is_counted() {
        let printed = "     Summary [   1.254s] 14/15 tests run: 12 passed (1 slow), 1 failed, 1 timed out, 2 skipped\n";
        assert_eq!(count_nextest(printed), Count { passed: 12, failed: 2, skipped: 2 });
        assert_eq!(count_nextest("error: could not compile"), Count::default());
    }

    #[test]
    fn cargo_test_is_counted_over_all_crates() {
        let printed = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                       test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s\n";
        assert_eq!(count_cargo_test(printed), Count { passed: 5, failed: 4, skipped: 1 });
    }

    #[test]
    fn pytest_is_counted() {
        let report = "<testsuites name=\"x\"><testsuite name=\"pytest\" errors=\"1\" failures=\"2\" skipped=\"3\" tests=\"10\" time=\"1\">";
        assert_eq!(count_junit(report), Count { passed: 4, failed: 3, skipped: 3 });
        assert_eq!(count_junit(""), Count::default());
    }

    #[test]
    fn a_suite_that_runs_nothing_or_cannot_run_has_failed() {
        fn cannot(_: &Path) -> Result<Ran> {
            bail!("no such tool")
        }
        fn nothing(root: &Path) -> Result<Ran> {
            Ok(Ran::Whole(Count::default(), cargo(root).arg("--version").output()?))
        }
        for run in [cannot, nothing] {
            let suite = Suite { name: "trial", run };
            assert_eq!(one(&crate::root(), &suite), Count { passed: 0, failed: 1, skipped: 0 });
        }
    }

    #[test]
    fn a_suite_that_this_machine_cannot_run_is_left_out_and_counted() {
        let run = |_: &Path| Ok(Ran::Not("it has no processor".to_owned()));
        let suite = Suite { name: "trial", run };
        assert_eq!(one(&crate::root(), &suite), Count { passed: 0, failed: 0, skipped: 1 });
    }
}
