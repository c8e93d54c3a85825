//! Chance as an argument: a small generator that is given its seed and always tells the same story.

/// SplitMix64. Good enough for ids and jitter, never for keys.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 128 bits in the form of a random UUID (version 4).
    pub fn uuid(&mut self) -> u128 {
        let bits = u128::from(self.next_u64()) << 64 | u128::from(self.next_u64());
        bits & !(0xF << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the high half of a product fits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let tell = |seed| {
            let mut chance = Chance::new(seed);
            (0..5).map(|_| chance.next_u64()).collect::<Vec<_>>()
        };
        assert_eq!(tell(7), tell(7));
        assert_ne!(tell(7), tell(8));
    }

    #[test]
    fn a_uuid_carries_its_version_and_variant() {
        let mut chance = Chance::new(1);
        for _ in 0..100 {
            let id = chance.uuid();
            assert_eq!(id >> 76 & 0xF, 4);
            assert_eq!(id >> 62 & 0b11, 0b10);
        }
    }
}
