//! Where Debian's packages come from: the same places that this machine's own apt takes them from.

use std::fs;
use std::path::{Path, PathBuf};

use super::{BuildError, at};
use crate::images::tools::{Tool, run};

const APT_GET: Tool = Tool { program: "apt-get", package: "apt" };
pub const APT_CACHE: Tool = Tool { program: "apt-cache", package: "apt" };
/// The keys that Debian's releases are signed with, as Debian's own package puts them.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// One place as apt knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    uri: String,
    suite: String,
}

/// Writes down where a release comes from, as apt and mmdebstrap read it.
pub fn write_sources(release: &str, given: Option<&Path>, to: &Path) -> Result<(), BuildError> {
    let text = match given {
        Some(path) => fs::read_to_string(path).map_err(at(path))?,
        None => own_sources(release)?,
    };
    fs::write(to, text).map_err(at(to))
}

/// The release this machine has, if it is Debian's.
pub fn own_release() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    value("ID").filter(|id| id == "debian").and_then(|_| value("VERSION_CODENAME"))
}

fn own_sources(release: &str) -> Result<String, BuildError> {
    let own = own_release().ok_or(BuildError::NoSources)?;
    let format = "$(REPO_URI) $(RELEASE)";
    let mut command = APT_GET.command()?;
    command.args(["indextargets", "--format", format, "Created-By: Packages"]);
    let listed = run(&mut command)?;
    let places = places(&String::from_utf8_lossy(&listed));
    let key = Path::new(KEYRING).exists().then_some(KEYRING);
    sources_like(&places, &own, release, key).ok_or(BuildError::NoSources)
}

fn places(listed: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for line in listed.lines() {
        if let Some((uri, suite)) = line.split_once(' ') {
            let place = Place { uri: uri.to_owned(), suite: suite.to_owned() };
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// The same places with another release's suites. Only those that every release has.
fn sources_like(places: &[Place], own: &str, release: &str, key: Option<&str>) -> Option<String> {
    let suites = ["", "-updates", "-security"];
    let mut stanzas = Vec::new();
    for suffix in suites {
        let mine = format!("{own}{suffix}");
        if let Some(place) = places.iter().find(|place| place.suite == mine) {
            let signed = key.map(|key| format!("Signed-By: {key}\n")).unwrap_or_default();
            stanzas.push(format!(
                "Types: deb\nURIs: {}\nSuites: {release}{suffix}\nComponents: main\n{signed}",
                place.uri
            ));
        }
    }
    // Without the release itself the others are nothing.
    places.iter().any(|place| place.suite == own).then(|| stanzas.join("\n"))
}

/// An apt that knows these sources and the packages of this root alone, and nothing of the machine's.
pub struct Apt {
    options: Vec<String>,
}

impl Apt {
    pub fn of(sources: &Path, root: &Path) -> Apt {
        let set = |name: &str, path: PathBuf| format!("{name}={}", path.display());
        let options = [
            set("Dir::Etc::SourceList", sources.to_owned()),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            set("Dir::State::Lists", root.join("var/lib/apt/lists")),
            set("Dir::State::Status", root.join("var/lib/dpkg/status")),
            // It may not be able to look into the data folder.
            "APT::Sandbox::User=root".to_owned(),
        ];
        Apt { options: options.into_iter().flat_map(|option| ["-o".to_owned(), option]).collect() }
    }

    /// The package of the newest kernel that a package of this name stands for.
    pub fn kernel_package(&self, meta: &str) -> Result<String, BuildError> {
        let said = run(APT_CACHE.command()?.args(&self.options).args(["depends", meta]))?;
        let said = String::from_utf8_lossy(&said);
        let package = said.lines().find_map(|line| {
            let package = line.trim().strip_prefix("Depends: ")?;
            package.starts_with("linux-image-").then(|| package.to_owned())
        });
        package.ok_or_else(|| BuildError::NoKernel(meta.to_owned()))
    }

    /// Fetches a package into a folder, and says which file it is.
    pub fn download(&self, package: &str, folder: &Path) -> Result<PathBuf, BuildError> {
        let mut command = APT_GET.command()?;
        command.args(&self.options).args(["--quiet", "download", package]).current_dir(folder);
        run(&mut command)?;
        let entries = fs::read_dir(folder).map_err(at(folder))?;
        let mut files = entries.filter_map(Result::ok).map(|entry| entry.path());
        let file = files.find(|file| file.extension().is_some_and(|end| end == "deb"));
        file.ok_or_else(|| BuildError::NoKernel(package.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_release_comes_from_the_same_places() {
        let listed = "http://mirror.test/debian/ bookworm\nhttp://mirror.test/debian/ bookworm\n\
                      http://mirror.test/debian/ bookworm-updates\n\
                      http://mirror.test/security/ bookworm-security\n\
                      http://elsewhere.test/ cloud-sdk\n";
        let places = places(listed);
        assert_eq!(places.len(), 4);
        let text = sources_like(&places, "bookworm", "trixie", Some("/key.gpg")).unwrap();
        let stanza = |uri: &str, suite: &str| {
            format!(
                "Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By: /key.gpg\n"
            )
        };
        let wanted = [
            stanza("http://mirror.test/debian/", "trixie"),
            stanza("http://mirror.test/debian/", "trixie-updates"),
            stanza("http://mirror.test/security/", "trixie-security"),
        ];
        assert_eq!(text, wanted.join("\n"));
        assert_eq!(sources_like(&places, "sid", "trixie", None), None);
    }
}
