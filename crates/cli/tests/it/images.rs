//! `regiment image` as people see it, over a library made by hand.

use std::fs;
use std::path::Path;
use std::process::Output;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::daemon::regiment;

const DEBIAN: &str = "0d9f4b5e-7c1a-4b7e-9a54-1f0e5c6d7a81";
const ROCKY: &str = "7a3c1e52-91b0-4f6d-8e27-c04b9d15f3a6";

/// A library of two images, of which the second is damaged if so wished.
fn library() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    put(data.path(), DEBIAN, &manifest("Debian 12", "Debian 12.0.0 64bit", "2026-11-02"));
    put(data.path(), ROCKY, &manifest("Rocky", "Rocky Linux 9.0 64bit", "2026-11-03"));
    data
}

fn manifest(name: &str, os: &str, day: &str) -> String {
    format!(
        "name = \"{name}\"\nos = \"{os}\"\nsize = 10737418240\nagent = true\n\
         sha256 = \"f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b\"\n\
         created = \"{day}T10:00:00Z\"\n"
    )
}

/// The mark of it is that of 64 zero bytes.
fn put(data: &Path, id: &str, manifest: &str) {
    let folder = data.join("images").join(id);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("disk.qcow2"), [0; 64]).unwrap();
    fs::write(folder.join("image.toml"), manifest).unwrap();
}

fn image(data: &Path, arguments: &[&str]) -> Output {
    regiment().args(["image", "--data"]).arg(data).args(arguments).output().unwrap()
}

/// All that was said, and how it ended, without the names of this machine's folders.
fn said(data: &Path, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = image(data, arguments);
    let text = format!(
        "$ regiment image {}\n{}{}[{}]",
        arguments.join(" "),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
        status.code().map_or_else(|| "killed".to_owned(), |code| code.to_string())
    );
    text.replace(data.to_str().unwrap(), "DATA")
}

#[test]
fn images_are_listed() {
    let data = library();
    assert_snapshot!(said(data.path(), &["ls"]));
    assert_snapshot!(said(data.path(), &["ls", "--json"]));
}

#[test]
fn an_empty_library_says_how_to_fill_it() {
    let data = tempfile::tempdir().unwrap();
    assert_snapshot!(said(data.path(), &["ls"]));
    assert!(fs::read_dir(data.path()).unwrap().next().is_none(), "a look left something");
}

#[test]
fn a_damaged_image_is_told_and_can_go() {
    let data = library();
    fs::write(data.path().join("images").join(ROCKY).join("image.toml"), "name = 1").unwrap();
    assert_snapshot!(said(data.path(), &["ls"]));
    assert!(image(data.path(), &["rm", ROCKY]).status.success());
    assert!(image(data.path(), &["ls"]).stderr.is_empty());
}

#[test]
fn images_go_by_name_or_id() {
    let data = library();
    assert_snapshot!(said(data.path(), &["rm", "Rocky", DEBIAN]));
    assert_snapshot!(said(data.path(), &["rm", "Rocky"]));
}

#[test]
fn a_changed_disk_is_told() {
    let data = library();
    assert_snapshot!(said(data.path(), &["verify"]));
    fs::write(data.path().join("images").join(ROCKY).join("disk.qcow2"), [1; 64]).unwrap();
    assert_snapshot!(said(data.path(), &["verify"]));
    assert!(image(data.path(), &["verify", DEBIAN]).status.success());
}

#[test]
fn what_is_no_disk_is_refused_in_words() {
    let data = library();
    let file = data.path().join("file.img");
    let path = file.to_str().unwrap();
    let add = ["add", path, "--name", "New", "--os", "Debian 12.0.0 64bit"];
    assert_snapshot!(said(data.path(), &add));
    fs::write(&file, b"not a disk").unwrap();
    assert_snapshot!(said(data.path(), &add));
    fs::write(&file, b"KDMV of a VMDK").unwrap();
    assert_snapshot!(said(data.path(), &add));
    let twice = ["add", path, "--name", "Rocky", "--os", "Debian 12.0.0 64bit"];
    assert_snapshot!(said(data.path(), &twice));
}

#[cfg(target_os = "linux")]
#[test]
fn a_build_says_what_it_cannot_build() {
    let data = tempfile::tempdir().unwrap();
    assert_snapshot!(said(data.path(), &["build", "debian", "--with=--hook"]));
    assert_snapshot!(said(data.path(), &["build", "debian", "--with=a b"]));
    assert_snapshot!(said(data.path(), &["build", "debian", "--release", "../sid"]));
}
