//! Accounts: what projects are to this vendor's clients. Their numbers are made of the projects' ids.

use regiment_core::model::{Handle, ProjectId};
use regiment_core::world::World;

/// Twelve digits, as the vendor's are.
const LEAST: u64 = 100_000_000_000;

pub fn number(project: ProjectId) -> u64 {
    let (high, low) = (project.0 >> 64, project.0 & u128::from(u64::MAX));
    let bits = u64::try_from((high ^ low) & u128::from(u64::MAX)).unwrap_or_default();
    LEAST + Handle::fold(bits).number() % (9 * LEAST)
}

/// The project a client means by an account's number, or by its own id.
pub fn find(world: &World, text: &str) -> Option<ProjectId> {
    let named = ProjectId::parse_plain(text).or_else(|| ProjectId::parse_dashed(text));
    let digits = super::form::parse_digits(text);
    let is = |id: &ProjectId| named == Some(*id) || digits == Some(number(*id));
    world.projects().map(|project| project.id).find(is)
}
