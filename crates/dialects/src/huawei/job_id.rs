//! A job's public id: 32 hexadecimal digits that begin as this cloud's do, then the world's realm
//! and the job's number, so that no table is needed to find the job again.

use regiment_core::world::World;

const BEGINNING: &str = "ff808082";

pub(super) fn write(world: &World, number: u64) -> String {
    format!("{BEGINNING}{:08x}{number:016x}", world.realm())
}

/// The number in an id that this world gave out.
pub(super) fn read(world: &World, text: &str) -> Option<u64> {
    let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let rest = text.strip_prefix(BEGINNING)?;
    if rest.len() != 24 || !rest.bytes().all(digits) {
        return None;
    }
    let (realm, number) = rest.split_at(8);
    let ours = u32::from_str_radix(realm, 16).ok()? == world.realm();
    ours.then(|| u64::from_str_radix(number, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_reads_back_in_its_own_world_only(realm: u32, other: u32, number: u64) {
            let world = World::new(realm);
            let text = write(&world, number);
            prop_assert_eq!(text.len(), 32);
            prop_assert_eq!(read(&world, &text), Some(number));
            if realm != other {
                prop_assert_eq!(read(&World::new(other), &text), None);
            }
        }

        #[test]
        fn no_words_are_too_strange(text in ".*") {
            let _ = read(&World::new(1), &text);
            let _ = read(&World::new(1), &format!("{BEGINNING}{text}"));
        }
    }
}
