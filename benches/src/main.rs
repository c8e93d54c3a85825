//! Measures the promises, each as a ratio in one run on one machine.
//!
//! `cargo xtask bench` builds what is needed and runs all of it; `cargo xtask bench PART …` runs
//! the parts named. Absolute figures differ from machine to machine; the ratios are what is promised.

mod bare;
mod disk;
mod engine;
mod machines;
mod orders;
mod plane;
mod reads;
mod wire;

use anyhow::{Result, bail};

type Part = (&'static str, &'static str, fn() -> Result<()>);

const PARTS: &[Part] = &[
    ("engine", "the engine alone, no HTTP and no disk", engine::report),
    ("orders", "signed, durable power orders against a bare handler", orders::report),
    ("latency", "one durable order against one raw sync and one echo", orders::report_latency),
    ("reads", "a signed read and a page against the same bytes", reads::report),
    ("vm", "a batch of real machines against the same command lines by hand", machines::report),
];

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() -> Result<()> {
    let named: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = named.iter().find(|name| PARTS.iter().all(|(part, ..)| part != name)) {
        let known: Vec<&str> = PARTS.iter().map(|(part, ..)| *part).collect();
        bail!("no part {unknown}; there are: {}", known.join(", "));
    }
    for (part, what, run) in PARTS {
        if named.is_empty() || named.iter().any(|name| name == part) {
            println!("\n{part}: {what}");
            run()?;
        }
    }
    Ok(())
}
