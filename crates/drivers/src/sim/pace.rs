use std::fmt;
use std::str::FromStr;

use regiment_core::chance::Chance;
use regiment_core::driver::{StepRef, Verb};
use regiment_core::ops::Force;

/// How long things take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pace {
    /// No time at all: a report is ready as soon as the call was made.
    #[default]
    Instant,
    /// A hundredth of [`Realistic`](Pace::Realistic): slow enough to be watched by a client that
    /// polls, fast enough to wait for.
    Quick,
    /// As long as public clouds take.
    Realistic,
}

impl Pace {
    pub const ALL: [Pace; 3] = [Pace::Instant, Pace::Quick, Pace::Realistic];

    pub const fn name(self) -> &'static str {
        match self {
            Pace::Instant => "instant",
            Pace::Quick => "quick",
            Pace::Realistic => "realistic",
        }
    }

    /// How long a call takes. A function of the call and the seed alone, so that calls may come in
    /// another order without a change to any of them.
    pub(super) fn latency_ms(self, seed: u64, step: StepRef, verb: &Verb) -> i64 {
        let divisor = match self {
            Pace::Instant => return 0,
            Pace::Quick => 100,
            Pace::Realistic => 1,
        };
        let (least, most) = span_ms(verb);
        let StepRef { job, sub, step, attempt } = step;
        let place = u64::from(sub) << 16 | u64::from(step) << 8 | u64::from(attempt);
        let mut chance = Chance::new(seed ^ job.0.rotate_left(32) ^ place);
        let drawn = least + chance.below(most - least + 1);
        i64::try_from(drawn / divisor).expect("a latency is small")
    }
}

/// The least and the most a verb takes at a realistic pace, in milliseconds.
///
/// Chosen so that what an order adds up to is what users of public clouds see: half a minute to a
/// minute for a new server that runs (provision and run), ten to twenty seconds for a start, a
/// guest's own time to shut down for a soft stop, about five seconds for a password.
const fn span_ms(verb: &Verb) -> (u64, u64) {
    match verb {
        Verb::Provision { .. } => (20_000, 40_000),
        Verb::Run { .. } | Verb::Reboot { force: Force::Hard, .. } => (10_000, 20_000),
        Verb::Stop { force: Force::Soft | Force::SoftThenHard, .. } => (10_000, 25_000),
        Verb::Stop { force: Force::Hard, .. } => (3_000, 6_000),
        // A stop and a start, without the scheduling of the latter.
        Verb::Reboot { force: Force::Soft | Force::SoftThenHard, .. } | Verb::Crash { .. } => {
            (15_000, 35_000)
        }
        Verb::Remove { .. } => (8_000, 15_000),
        // It may have to move to another host.
        Verb::Shape { .. } | Verb::Place { .. } => (15_000, 30_000),
        Verb::Password { .. } | Verb::Key { .. } => (3_000, 7_000),
        Verb::Image { .. } | Verb::CopyImage { .. } => (30_000, 60_000),
        Verb::Capture { .. } => (60_000, 120_000),
        Verb::Nics { .. } => (4_000, 9_000),
        Verb::Disks { .. } | Verb::Disk { .. } | Verb::Balance { .. } => (3_000, 8_000),
        Verb::NoDisk { .. } | Verb::NoImage { .. } | Verb::Unbalance { .. } => (2_000, 5_000),
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Pace, String> {
        Pace::ALL
            .into_iter()
            .find(|pace| pace.name() == text)
            .ok_or_else(|| "the pace is one of instant, quick, realistic".to_owned())
    }
}
