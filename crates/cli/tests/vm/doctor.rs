use std::fs;

use serde_json::Value;

use crate::room::{self, regiment};

#[test]
fn the_doctor_boots_a_guest_and_says_how() {
    let data = room::with_images();
    let output = regiment().args(["doctor", "--json", "--data"]).arg(data.path()).output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{said:#}");
    assert_eq!(said["ready"], true);
    let find = |name: &str| {
        let findings = said["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["name"] == name).unwrap_or(&Value::Null)
    };
    let way = find("accelerator")["found"].as_str().unwrap();
    assert!(way.contains("; a guest booted in "), "{way}");
    assert!(
        way.starts_with("KVM") || way.contains("under KVM") || way.contains("/dev/kvm"),
        "{way}"
    );
    assert_eq!(find("sandbox")["state"], "ok");
    for name in [room::BASE, room::VARIANT] {
        assert!(find("images")["found"].as_str().unwrap().contains(name), "{said:#}");
    }
    // It is kept for `serve`, and nothing else is.
    let kept = fs::read_to_string(data.path().join("accelerator.toml")).unwrap();
    assert!(kept.contains("booted_ms = "), "{kept}");
    let mut left: Vec<_> =
        fs::read_dir(data.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["accelerator.toml", "images"]);
}

#[test]
fn without_a_kernel_to_try_nothing_is_proved() {
    let data = tempfile::tempdir().unwrap();
    let output = regiment().args(["doctor", "--data"]).arg(data.path()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("regiment image build debian"), "{said}");
    // The host may have a kernel of its own to try with.
    assert_eq!(data.path().join("accelerator.toml").exists(), said.contains("a guest booted in"));
}
