//! The images that were built for these tests, and data folders that have them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// What the images are called, as `xtask/src/vm.rs` has them built.
pub const BASE: &str = "Debian";
pub const VARIANT: &str = "Debian with nano";

/// The data folder that the images were built in. Nobody changes it.
fn library() -> PathBuf {
    let at = std::env::var_os("VM_LIBRARY").expect("cargo xtask test vm says where the images are");
    PathBuf::from(at)
}

/// A data folder with all images, gone at the end.
pub fn with_images() -> TempDir {
    let library = library();
    // On the same file system, so that nothing need be copied.
    let data = tempfile::Builder::new().prefix("data-").tempdir_in(library.parent().unwrap());
    let data = data.unwrap();
    let listed = list(&library);
    for image in listed["images"].as_array().unwrap() {
        let from = Path::new(image["disk"].as_str().unwrap()).parent().unwrap();
        let to = data.path().join("images").join(image["id"].as_str().unwrap());
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            fs::hard_link(file.path(), to.join(file.file_name())).unwrap();
        }
    }
    data
}

/// The command, without what the person who runs the tests has set for it.
pub fn regiment() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regiment"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("REGIMENT_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// What takes longer than this has failed, however much else the machine has to do.
pub const PATIENCE: Duration = Duration::from_mins(5);

pub fn wait_for(what: &str, mut state: impl FnMut() -> bool) {
    let began = Instant::now();
    while !state() {
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// `regiment image` in a data folder.
pub fn image(data: &Path, arguments: &[&str]) -> Output {
    regiment().args(["image", "--data"]).arg(data).args(arguments).output().unwrap()
}

pub fn list(data: &Path) -> Value {
    let output = image(data, &["ls", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is said of the image with this name.
pub fn about(data: &Path, name: &str) -> Value {
    let listed = list(data);
    let mut images = listed["images"].as_array().unwrap().iter();
    images.find(|image| image["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
}

/// Runs a program that must succeed.
pub fn must(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
