//! The walls between the rooms, and the rules no compiler knows. Every rule says why it is there.

mod core_room;
mod goldens;
mod text;
mod tree;
mod walls;

use std::path::Path;

use anyhow::Result;

use crate::coverage;

pub use tree::{File, Tree};

/// One thing that must hold.
pub struct Rule {
    pub name: &'static str,
    /// Why it must hold, for whoever broke it.
    pub reason: &'static str,
    /// Every place where it does not hold, as `place: what`.
    pub broken: fn(&Tree) -> Vec<String>,
}

const RULES: &[&[Rule]] =
    &[walls::RULES, core_room::RULES, text::RULES, goldens::RULES, coverage::RULES];

pub fn run(root: &Path, _arguments: &[String]) -> Result<bool> {
    let tree = Tree::read(root)?;
    let mut clean = true;
    for rule in RULES.iter().copied().flatten() {
        let broken = (rule.broken)(&tree);
        if !broken.is_empty() {
            clean = false;
            println!("{}: {}", rule.name, rule.reason);
            for place in broken {
                println!("  {place}");
            }
        }
    }
    for note in text::notes(&tree) {
        println!("note: {note}");
    }
    if clean {
        let rules: usize = RULES.iter().map(|group| group.len()).sum();
        println!("tidy: {rules} rules hold over {} files", tree.files.len());
    }
    Ok(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        let tree = Tree::read(&crate::root()).expect("the tree can be read");
        for rule in RULES.iter().copied().flatten() {
            let broken = (rule.broken)(&tree);
            assert!(broken.is_empty(), "{}: {}\n{}", rule.name, rule.reason, broken.join("\n"));
        }
    }

    #[test]
    fn no_two_rules_share_a_name() {
        let mut names: Vec<&str> = RULES.iter().copied().flatten().map(|rule| rule.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
