//! Tests on real machines: QEMU and what builds their images, and the images themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};

/// Programs, and the Debian packages that bring them.
const PROGRAMS: &[(&str, &str)] = &[
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("qemu-img", "qemu-utils"),
    ("mmdebstrap", "mmdebstrap"),
    ("mkfs.ext4", "e2fsprogs"),
    ("lz4", "lz4"),
    ("xz", "xz-utils"),
    ("zstd", "zstd"),
    ("setpriv", "util-linux"),
];

/// The images that the tests know by these names, each with how it is built.
const IMAGES: &[&[&str]] = &[
    &["--name", "Debian"],
    &["--name", "Debian with nano", "--with", "nano"],
    &["--name", "Debian with cloud-init", "--with", "cloud-init"],
];

/// What the tests need, or why there is none of it here.
pub enum Here {
    /// The data folder with the images.
    Library(PathBuf),
    /// Nothing is wrong with the project; this machine cannot run machines.
    Nothing(String),
}

/// Installs what is missing, makes sure that QEMU starts, and builds the images or finds them built.
pub fn prepare(root: &Path, binary: &Path) -> Result<Here> {
    if std::env::consts::ARCH != "x86_64" {
        return Ok(Here::Nothing("images are built for x86-64 alone".to_owned()));
    }
    if let Err(error) = install_missing() {
        return Ok(Here::Nothing(format!("{error:#}")));
    }
    if let Err(error) = qemu_starts() {
        return Ok(Here::Nothing(format!("QEMU does not start: {error:#}")));
    }
    let library = root.join("target/vm/library");
    fs::create_dir_all(&library)?;
    for image in IMAGES {
        let mut build = Command::new(binary);
        build.args(["image", "build", "debian", "--reuse", "--data"]).arg(&library).args(*image);
        if let Err(error) = said(&mut build) {
            if !is_root() {
                return Ok(Here::Nothing(format!("{error:#}")));
            }
            return Err(error.context("an image could not be built"));
        }
    }
    // What it finds is kept beside the images, so that no test need find it again.
    match said(Command::new(binary).args(["doctor", "--json", "--data"]).arg(&library)) {
        Ok(_) => Ok(Here::Library(library)),
        Err(error) => Ok(Here::Nothing(format!("the doctor says no: {error:#}"))),
    }
}

fn missing() -> BTreeSet<&'static str> {
    let gone = PROGRAMS.iter().filter(|(program, _)| !is_installed(program));
    gone.map(|(_, package)| *package).collect()
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(system).any(|folder| folder.join(program).is_file())
}

fn is_root() -> bool {
    said(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn install_missing() -> Result<()> {
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = packages.iter().copied().collect();
    let hint = format!("not installed: {}", names.join(" "));
    ensure!(is_root() && is_installed("apt-get"), "{hint}");
    said(Command::new("apt-get").arg("update")).with_context(|| hint.clone())?;
    if apt_get(&[], &packages).is_err() {
        // QEMU's parts are of one version: where some came from backports, the others must too.
        let state = tempfolder()?;
        let options = from_backports(&state)?;
        said(Command::new("apt-get").args(&options).arg("update")).with_context(|| hint.clone())?;
        apt_get(&options, &packages).with_context(|| hint.clone())?;
    }
    ensure!(missing().is_empty(), "{hint}");
    Ok(())
}

/// Installs, and removes nothing for it.
fn apt_get(options: &[String], packages: &BTreeSet<&str>) -> Result<String> {
    said(
        Command::new("apt-get")
            .args(options)
            .args(["install", "--yes", "--no-install-recommends", "--no-remove"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

/// Where the machine's own apt gets its packages, with the backports beside them, in a list of our own.
fn from_backports(state: &Path) -> Result<Vec<String>> {
    let format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
    let listed = said(Command::new("apt-get").args([
        "indextargets",
        "--format",
        format,
        "Created-By: Packages",
    ]))?;
    let release = fs::read_to_string("/etc/os-release")?;
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let codename = codename.context("this is no Debian")?.trim_matches('"');
    let text = sources(&listed, codename).context("apt does not say where Debian comes from")?;
    let (file, lists) = (state.join("with-backports.list"), state.join("lists"));
    fs::write(&file, text)?;
    fs::create_dir_all(lists.join("partial"))?;
    let options = [
        format!("Dir::Etc::SourceList={}", file.display()),
        "Dir::Etc::SourceParts=/dev/null".to_owned(),
        format!("Dir::State::Lists={}", lists.display()),
        format!("APT::Default-Release={codename}-backports"),
    ];
    Ok(options.into_iter().flat_map(|option| ["-o".to_owned(), option]).collect())
}

fn sources(listed: &str, codename: &str) -> Option<String> {
    let mut lines = BTreeSet::new();
    let mut mirror = None;
    for line in listed.lines() {
        let (uri, rest) = line.split_once(' ')?;
        let (suite, component) = rest.split_once(' ')?;
        if suite == codename {
            mirror = Some(uri);
        }
        if suite.starts_with(codename) {
            lines.insert(format!("deb {uri} {suite} {component}\n"));
        }
    }
    lines.insert(format!("deb {} {codename}-backports main\n", mirror?));
    Some(lines.into_iter().collect())
}

fn tempfolder() -> Result<PathBuf> {
    let made =
        said(Command::new("mktemp").args(["--directory", "--tmpdir", "regiment-apt.XXXXXXXX"]));
    made.map(|path| PathBuf::from(path.trim())).context("no folder for apt's lists")
}

/// Starts QEMU with a machine of nothing and has it end itself.
fn qemu_starts() -> Result<()> {
    let script = r#"{"execute":"qmp_capabilities"}{"execute":"quit"}"#;
    let mut qemu = Command::new("qemu-system-x86_64");
    qemu.args(["-machine", "none", "-nodefaults", "-display", "none", "-qmp", "stdio"]);
    let mut child =
        qemu.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        std::io::Write::write_all(&mut input, script.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

/// What a command printed, if it went well.
fn said(command: &mut Command) -> Result<String> {
    let output: Output = command.stdin(Stdio::null()).output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {complaint}", command.get_program().display());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backports_come_from_where_the_release_does() {
        let listed = "http://a.test/debian/ bookworm main\nhttp://a.test/debian/ bookworm main\n\
                      http://a.test/sec/ bookworm-security main\nhttp://b.test/ other main\n";
        let wanted = "deb http://a.test/debian/ bookworm main\n\
                      deb http://a.test/debian/ bookworm-backports main\n\
                      deb http://a.test/sec/ bookworm-security main\n";
        assert_eq!(sources(listed, "bookworm").as_deref(), Some(wanted));
        assert_eq!(sources("http://b.test/ other main\n", "bookworm"), None);
    }
}
