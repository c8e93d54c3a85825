//! A guest started from an image by QEMU alone, and what its agent says: an image has to work for
//! any driver, so none is here.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::room::{PATIENCE, must, wait_for};

pub struct Guest {
    qemu: Qemu,
    agent: BufReader<UnixStream>,
    /// Its disk, its sockets, its console.
    room: TempDir,
}

/// Ends with the test, whatever becomes of it.
struct Qemu(Child);

impl Drop for Qemu {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Larger than any image here, so that a guest has something to grow into.
const DISK_GIB: u32 = 8;

impl Guest {
    /// Starts a guest from an image, as `regiment image ls --json` tells of it, and waits for its agent.
    pub fn boot(image: &Value) -> Guest {
        let room = tempfile::tempdir().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let disk = room.path().join("disk.qcow2");
        must(
            Command::new("qemu-img")
                .args(["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", &text(&image["disk"])])
                .arg(&disk)
                .arg(format!("{DISK_GIB}G")),
        );
        let kernel = &image["kernel"];
        let qemu = Command::new("qemu-system-x86_64")
            .args(["-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35"])
            .args(["-accel", "tcg,tb-size=48", "-cpu", "max", "-m", "160M", "-smp", "1"])
            .args(["-kernel", &text(&kernel["file"]), "-initrd", &text(&kernel["initrd"])])
            .args(["-append", &text(&kernel["command_line"])])
            .args(["-serial", "file:console.log"])
            .args(["-chardev", "socket,id=agent,path=agent.sock,server=on,wait=off"])
            .args(["-device", "virtio-serial-pci"])
            .args(["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"])
            .args(["-drive", "file=disk.qcow2,if=none,id=d0,format=qcow2,cache=unsafe"])
            .args(["-device", "virtio-blk-pci,drive=d0"])
            .args(["-netdev", "user,id=n0,restrict=on", "-device", "virtio-net-pci,netdev=n0"])
            .current_dir(room.path())
            .stdin(Stdio::null())
            .spawn();
        let qemu = Qemu(qemu.unwrap());
        let socket = room.path().join("agent.sock");
        let mut stream = None;
        // It is there a moment before anybody listens on it.
        wait_for("the agent's socket", || {
            stream = UnixStream::connect(&socket).ok();
            stream.is_some()
        });
        let stream = stream.unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut guest = Guest { qemu, agent: BufReader::new(stream), room };
        // What is written before the agent listens waits for it in the port.
        guest.ask(&json!({ "execute": "guest-ping" }));
        guest
    }

    /// What the agent answers.
    pub fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.agent.get_mut(), "{question}").unwrap();
        let mut line = String::new();
        if let Err(error) = self.agent.read_line(&mut line) {
            panic!("{question}: {error}; the console says:\n{}", self.console());
        }
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert!(answer["error"].is_null(), "{question}: {answer}");
        answer["return"].clone()
    }

    /// What a shell in the guest prints.
    pub fn shell(&mut self, script: &str) -> String {
        let begun = self.ask(&json!({ "execute": "guest-exec", "arguments": {
            "path": "/bin/sh", "arg": ["-c", script], "capture-output": true
        }}));
        let status =
            json!({ "execute": "guest-exec-status", "arguments": { "pid": begun["pid"] } });
        let mut done = Value::Null;
        wait_for(script, || {
            done = self.ask(&status);
            done["exited"] == true
        });
        let printed = |name: &str| {
            let text = done[name].as_str().unwrap_or_default();
            String::from_utf8_lossy(&BASE64_STANDARD.decode(text).unwrap()).into_owned()
        };
        assert_eq!(done["exitcode"], 0, "{script}: {}", printed("err-data"));
        printed("out-data")
    }

    pub fn set_password(&mut self, password: &str) {
        self.ask(&json!({ "execute": "guest-set-user-password", "arguments": {
            "username": "root", "password": BASE64_STANDARD.encode(password), "crypted": false
        }}));
    }

    /// Asks the guest to go down, and waits until the machine is off.
    pub fn power_off(mut self) -> ExitStatus {
        // There is no answer to this when all goes well.
        let request = json!({ "execute": "guest-shutdown", "arguments": { "mode": "powerdown" } });
        writeln!(self.agent.get_mut(), "{request}").unwrap();
        wait_for("the end of the guest", || self.qemu.0.try_wait().unwrap().is_some());
        self.qemu.0.wait().unwrap()
    }

    pub fn console(&self) -> String {
        read(&self.room.path().join("console.log"))
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}
