//! A command that is not waited for without end.

use std::fs;
use std::io::{Read as _, Seek as _};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The longest suite takes a third of this on two slow cores. What takes longer has stopped.
const LIMIT: Duration = Duration::from_mins(30);
const LOOK: Duration = Duration::from_millis(100);

/// What a command printed, both streams in the order of the writing. One that does not end is ended,
/// and what it printed until then is kept.
pub fn output(command: &mut Command) -> Result<Output> {
    output_within(command, LIMIT)
}

fn output_within(command: &mut Command, limit: Duration) -> Result<Output> {
    // Into a file and no pipe: nobody who outlives the command can keep its end from being seen.
    let mut printed = tempfile()?;
    command.stdin(Stdio::null()).stdout(printed.try_clone()?).stderr(printed.try_clone()?);
    let mut child = command.spawn()?;
    let (status, note) = match wait(&mut child, limit)? {
        Some(status) => (status, String::new()),
        None => {
            child.kill()?;
            let note = format!("\nended from outside: it had not after {} s\n", limit.as_secs());
            (child.wait()?, note)
        }
    };
    let mut stdout = Vec::new();
    printed.rewind()?;
    printed.read_to_end(&mut stdout)?;
    Ok(Output { status, stdout, stderr: note.into_bytes() })
}

fn wait(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let began = Instant::now();
    while began.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(LOOK);
    }
    Ok(None)
}

/// A file without a name. All who write to it share one place in it, so nothing is overwritten.
fn tempfile() -> Result<fs::File> {
    let path = std::env::temp_dir().join(format!(
        "xtask-{}-{:?}",
        std::process::id(),
        thread::current().id()
    ));
    let file = fs::File::options().read(true).append(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_printed_is_kept_in_order() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo one; echo two >&2; echo three; exit 3"]);
        let output = output(&mut shell).unwrap();
        assert_eq!(output.stdout, b"one\ntwo\nthree\n");
        assert_eq!(output.status.code(), Some(3));
    }

    #[test]
    fn one_that_does_not_end_is_ended_and_one_that_left_somebody_behind_is_not_waited_for() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo begun; exec sleep 600"]);
        let output = output_within(&mut shell, Duration::from_millis(200)).unwrap();
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"begun\n");
        assert!(String::from_utf8(output.stderr).unwrap().contains("ended from outside"));

        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 600 & echo $!"]);
        let output = output_within(&mut shell, Duration::from_mins(1)).unwrap();
        assert!(output.status.success());
        let left = String::from_utf8(output.stdout).unwrap();
        Command::new("kill").arg(left.trim()).status().unwrap();
    }
}
