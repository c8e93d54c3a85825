use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts by upper bound. Recording is two atomic additions.
pub struct Histogram {
    bounds: &'static [f64],
    /// One more than there are bounds, for what is above the last.
    counts: Box<[AtomicU64]>,
    /// In millionths, so that it can be added to without a lock.
    sum_millionths: AtomicU64,
}

impl Histogram {
    pub fn new(bounds: &'static [f64]) -> Histogram {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Histogram { bounds, counts, sum_millionths: AtomicU64::new(0) }
    }

    pub fn record(&self, value: f64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        self.counts[place].fetch_add(1, Relaxed);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "values are small and not negative; the cast saturates"
        )]
        self.sum_millionths.fetch_add((value * 1e6) as u64, Relaxed);
    }

    /// The bounds, each with how many were at most that.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let mut sum = 0;
        self.bounds.iter().zip(&self.counts).map(move |(bound, count)| {
            sum += count.load(Relaxed);
            (*bound, sum)
        })
    }

    pub fn count(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Relaxed)).sum()
    }

    #[expect(clippy::cast_precision_loss, reason = "a sum is read by people and graphs")]
    pub fn sum(&self) -> f64 {
        self.sum_millionths.load(Relaxed) as f64 / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_counted_once_at_its_bound() {
        let histogram = Histogram::new(&[1.0, 2.0]);
        for value in [0.5, 1.0, 1.5, 9.0] {
            histogram.record(value);
        }
        assert_eq!(histogram.cumulative().collect::<Vec<_>>(), [(1.0, 2), (2.0, 3)]);
        assert_eq!(histogram.count(), 4);
        assert!((histogram.sum() - 12.0).abs() < 1e-9);
    }
}
