//! Which room may lean on which.

use serde_json::Value;

use super::{Rule, Tree};

pub const RULES: &[Rule] = &[
    Rule {
        name: "walls",
        reason: "the rooms meet in `server` alone; everything else sees the core and nothing of \
                 its neighbours, so that each can be replaced and tested without the others. \
                 Dev-dependencies are exempt: a test may fetch what the shipped room may not",
        broken: edges,
    },
    Rule {
        name: "pure-dependencies",
        reason: "the core and the dialects are functions of their arguments; a crate that brings \
                 clocks, sockets or chance does not belong there, and any new one is a decision to \
                 write down in the list of this rule",
        broken: outsiders,
    },
];

/// A crate of ours, and those of ours that it may use.
const WALLS: &[(&str, &[&str])] = &[
    ("regiment-core", &[]),
    ("regiment-dialects", &["regiment-core"]),
    ("regiment-drivers", &["regiment-core"]),
    ("regiment-stores", &["regiment-core"]),
    ("regiment-console", &["regiment-core"]),
    (
        "regiment-server",
        &[
            "regiment-core",
            "regiment-dialects",
            "regiment-drivers",
            "regiment-stores",
            "regiment-console",
        ],
    ),
    ("regiment", &["regiment-server", "regiment-core"]),
    // Plays the whole plane without its rim, so it must hold all of what the rim holds.
    (
        "regiment-simulator",
        &["regiment-core", "regiment-dialects", "regiment-drivers", "regiment-stores"],
    ),
    // Measures the rooms one by one, and the server as people run it: from outside.
    (
        "regiment-bench",
        &["regiment-core", "regiment-dialects", "regiment-drivers", "regiment-stores"],
    ),
    ("xtask", &[]),
];

/// The crates of others that the two pure rooms may use.
const OUTSIDERS: &[(&str, &[&str])] = &[
    ("regiment-core", &["foldhash", "rmp-serde", "serde", "thiserror", "zeroize"]),
    (
        "regiment-dialects",
        &[
            "base64",
            // Random numbers from a seed that the caller brings.
            "chacha20",
            // Numbers as long as a key, for what a public key encrypts.
            "crypto-bigint",
            "hex",
            "hmac",
            // Reads and writes dates; asking it for the present one is what the `pure-*` rules see.
            "jiff",
            // Fingerprints of keys, as clients compare them; nothing is proved by it.
            "md-5",
            "percent-encoding",
            // Makes key pairs for clients.
            "rsa",
            "serde",
            "serde_json",
            "sha1",
            "sha2",
            "subtle",
            // Certificates among the key pairs.
            "x509-cert",
            "zeroize",
        ],
    ),
];

fn edges(tree: &Tree) -> Vec<String> {
    let packages = packages(&tree.metadata);
    let ours: Vec<&str> = packages.iter().map(|package| package.name).collect();
    let mut broken = Vec::new();
    for package in &packages {
        let Some((_, allowed)) = WALLS.iter().find(|(name, _)| *name == package.name) else {
            broken.push(format!("{}: has no row in xtask/src/tidy/walls.rs", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            if ours.contains(dependency) && !allowed.contains(dependency) {
                broken.push(format!("{} must not depend on {dependency}", package.name));
            }
        }
    }
    broken
}

fn outsiders(tree: &Tree) -> Vec<String> {
    let packages = packages(&tree.metadata);
    let mut broken = Vec::new();
    for (name, allowed) in OUTSIDERS {
        for package in packages.iter().filter(|package| package.name == *name) {
            for dependency in &package.dependencies {
                let ours = packages.iter().any(|other| other.name == *dependency);
                if !ours && !allowed.contains(dependency) {
                    broken.push(format!("{name} must not depend on {dependency}"));
                }
            }
        }
    }
    broken
}

struct Package<'a> {
    name: &'a str,
    /// Without those that only tests see.
    dependencies: Vec<&'a str>,
}

fn packages(metadata: &Value) -> Vec<Package<'_>> {
    array(metadata, "packages")
        .iter()
        .map(|package| Package {
            name: package["name"].as_str().unwrap_or_default(),
            dependencies: array(package, "dependencies")
                .iter()
                .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
                .filter_map(|dependency| dependency["name"].as_str())
                .collect(),
        })
        .collect()
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace of these crates, each with its dependencies and whether tests alone see them.
    fn workspace(crates: &[(&str, &[(&str, bool)])]) -> Tree {
        let packages: Vec<Value> = crates
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<Value> = dependencies
                    .iter()
                    .map(|(name, dev)| {
                        let kind = if *dev { Value::from("dev") } else { Value::Null };
                        serde_json::json!({ "name": name, "kind": kind })
                    })
                    .collect();
                serde_json::json!({ "name": name, "dependencies": dependencies })
            })
            .collect();
        Tree { metadata: serde_json::json!({ "packages": packages }), ..Tree::of(&[]) }
    }

    #[test]
    fn a_room_may_not_lean_on_its_neighbour() {
        let tree = workspace(&[
            ("regiment-core", &[]),
            ("regiment-stores", &[]),
            ("regiment-dialects", &[("regiment-core", false), ("regiment-stores", false)]),
        ]);
        assert_eq!(edges(&tree), ["regiment-dialects must not depend on regiment-stores"]);
    }

    #[test]
    fn the_core_leans_on_nothing_of_ours() {
        let tree = workspace(&[
            ("regiment-core", &[("regiment-stores", false)]),
            ("regiment-stores", &[("regiment-core", false)]),
        ]);
        assert_eq!(edges(&tree), ["regiment-core must not depend on regiment-stores"]);
    }

    #[test]
    fn a_test_may_fetch_a_neighbour() {
        let tree = workspace(&[
            ("regiment-stores", &[]),
            ("regiment-drivers", &[("regiment-stores", true)]),
        ]);
        assert!(edges(&tree).is_empty());
    }

    #[test]
    fn a_crate_nobody_placed_is_reported() {
        assert_eq!(edges(&workspace(&[("attic", &[])])).len(), 1);
    }

    #[test]
    fn a_pure_room_may_not_bring_in_a_runtime() {
        let tree = workspace(&[
            ("regiment-core", &[("serde", false), ("tokio", false)]),
            ("regiment-dialects", &[("regiment-core", false), ("getrandom", false)]),
            ("regiment-server", &[("tokio", false)]),
        ]);
        assert_eq!(
            outsiders(&tree),
            [
                "regiment-core must not depend on tokio",
                "regiment-dialects must not depend on getrandom"
            ]
        );
    }
}
