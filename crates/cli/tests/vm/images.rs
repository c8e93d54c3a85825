use std::fs;
use std::process::Command;

use crate::guest::Guest;
use crate::room::{self, BASE, VARIANT, must, wait_for};

#[test]
fn a_built_image_boots_to_its_agent_and_takes_a_password() {
    let data = room::with_images();
    let mut guest = Guest::boot(&room::about(data.path(), BASE));
    assert!(guest.shell("cat /etc/os-release").contains("ID=debian"));
    // Nobody can get in before that.
    let shadow = "grep ^root: /etc/shadow";
    assert!(guest.shell(shadow).starts_with("root:*:"), "root has a password already");
    guest.set_password("Fresh@Start1");
    assert!(guest.shell(shadow).starts_with("root:$y$"), "{}", guest.shell(shadow));
    // What comes after the agent: the disk's whole size, an address, SSH, a login on the console.
    let blocks = "df -k --output=size / | tail -1";
    wait_for("the file system to grow", || {
        guest.shell(blocks).trim().parse::<u64>().unwrap() > 7 << 20
    });
    wait_for("an address", || guest.shell("ip -4 -o address show eth0").contains("10.0.2.15"));
    wait_for("SSH", || guest.shell("cat /proc/net/tcp").contains(":0016 "));
    wait_for("a login on the console", || guest.console().contains("login: "));
    // What servers of one image must not share, and what is the building machine's own.
    assert_eq!(
        guest.shell("cat /etc/ssh/ssh_host_* /etc/machine-id 2>/dev/null; ls /etc/dropbear"),
        ""
    );
    assert_eq!(guest.shell("ls /var/lib/apt/lists"), "");
    assert!(guest.power_off().success());
}

#[test]
fn another_image_has_other_packages() {
    let data = room::with_images();
    let (base, variant) = (room::about(data.path(), BASE), room::about(data.path(), VARIANT));
    assert_ne!(base["sha256"], variant["sha256"]);
    assert_ne!(base["recipe"], variant["recipe"]);
    let has = "test -x /usr/bin/nano && echo yes || echo no";
    for (image, answer) in [(base, "no\n"), (variant, "yes\n")] {
        let mut guest = Guest::boot(&image);
        assert_eq!(guest.shell(has), answer);
        assert!(guest.power_off().success());
    }
}

#[test]
fn the_same_recipe_is_not_built_twice() {
    let data = room::with_images();
    let image = room::about(data.path(), VARIANT);
    let build = ["build", "debian", "--with", "nano", "--reuse"];
    let output = room::image(data.path(), &build);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with(image["id"].as_str().unwrap()), "{said}");
    assert_eq!(room::list(data.path())["images"].as_array().unwrap().len(), 3);
}

#[test]
fn disks_are_taken_in_as_whole_copies() {
    let data = room::with_images();
    let given = tempfile::tempdir().unwrap();
    let raw = given.path().join("raw.img");
    fs::File::create(&raw).unwrap().set_len(64 << 20).unwrap();
    must(Command::new("mkfs.ext4").arg("-q").arg(&raw));
    let qcow2 = given.path().join("whole.qcow2");
    must(Command::new("qemu-img").args(["convert", "-O", "qcow2"]).arg(&raw).arg(&qcow2));
    let leaning = given.path().join("leaning.qcow2");
    let create = ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"];
    must(Command::new("qemu-img").args(create).arg(&qcow2).arg(&leaning));
    let add = |file: &std::path::Path, name: &str| {
        let file = file.to_str().unwrap();
        room::image(data.path(), &["add", file, "--name", name, "--os", "Debian 12.0.0 64bit"])
    };
    assert!(add(&raw, "raw").status.success());
    assert!(add(&qcow2, "whole").status.success());
    let refused = add(&leaning, "leaning");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("whole.qcow2"), "{said}");
    for name in ["raw", "whole"] {
        let about = room::about(data.path(), name);
        assert_eq!(about["size_bytes"], 64 << 20);
        let disk = about["disk"].as_str().unwrap();
        let info = must(Command::new("qemu-img").args(["info", "--output=json", disk]));
        let info: serde_json::Value = serde_json::from_str(&info).unwrap();
        assert_eq!(info["format"], "qcow2");
        assert!(info["backing-filename"].is_null());
        let compare = ["compare", "-f", "raw", "-F", "qcow2"];
        must(Command::new("qemu-img").args(compare).arg(&raw).arg(disk));
    }
    assert!(room::image(data.path(), &["verify"]).status.success());
    assert!(room::image(data.path(), &["rm", "raw"]).status.success());
    assert_eq!(room::list(data.path())["images"].as_array().unwrap().len(), 4);
}
