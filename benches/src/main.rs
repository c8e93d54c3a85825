//! Measures the promises, each as a ratio in one run on one machine.
//!
//! `cargo xtask bench` runs all of it; a name as argument runs one part.

mod engine;

use anyhow::Result;

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
fn main() -> Result<()> {
    for (fleet, batch) in [(1_000, 1), (1_000, 100), (1_000, 1_000), (1_000_000, 1_000)] {
        let engine::Cost { fleet, batch, accept_ns, whole_ns } =
            engine::run(fleet, batch, 2_000_000)?;
        println!(
            "engine fleet {fleet:>9} batch {batch:>6}: accept {accept_ns:>7.0} ns, to the end {whole_ns:>7.0} ns a server"
        );
    }
    Ok(())
}
