//! What a driver of real machines sees of QEMU, without a machine: the sockets, the events, an agent.
//! Tests have it run in QEMU's place, and in that of `qemu-img`. How its guest behaves stands in the
//! image; what the guest keeps stands in its disk.

mod guest;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixListener;
use std::sync::{Arc, Mutex};

use guest::{Guest, Machine};
use serde_json::{Value, json};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "create") {
        return create_disk(&words);
    }
    let after = |name: &str| {
        let places = words.iter().enumerate().filter(move |(_, word)| *word == name);
        places.filter_map(|(at, _)| words.get(at + 1)).cloned().collect::<Vec<String>>()
    };
    let drives = after("-blockdev");
    let file_of = |node: &str| {
        let mut drives = drives
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).expect("a block device is JSON"));
        let drive = drives.find(|drive| drive["node-name"] == node)?;
        Some(drive["file"]["filename"].as_str().expect("it is a file").to_owned())
    };
    let disk = file_of("boot").expect("there is a boot disk");
    if let Some(seed) = file_of("seed") {
        // Kept for the test: the daemon takes it away.
        let seed = fs::read(seed).expect("the seed can be read");
        fs::write("seen-seed.img", seed).expect("the folder is ours");
    }
    let shape = json!({ "m": after("-m"), "smp": after("-smp"), "device": after("-device") });
    fs::write("shape.json", shape.to_string()).expect("the folder is ours");
    let control = listen("control.sock");
    let agent = listen("agent.sock");
    let console = listen("console.sock");
    let machine = Arc::new(Mutex::new(Machine::new(Guest::on(&disk))));
    if machine.lock().unwrap().guest.ways("refuses_to_start") {
        guest::say_last("fake-qemu: this machine is told not to start");
        std::process::exit(1);
    }
    guest::boot(&machine);
    let others = [(agent, serve_agent as Serve), (console, serve_console as Serve)];
    for (listener, serve) in others {
        let machine = machine.clone();
        std::thread::spawn(move || accept(&listener, &machine, serve));
    }
    accept(&control, &machine, serve_control);
}

type Serve = fn(std::os::unix::net::UnixStream, &Arc<Mutex<Machine>>);

/// One client at a time, as QEMU does it.
fn accept(listener: &UnixListener, machine: &Arc<Mutex<Machine>>, serve: Serve) {
    for stream in listener.incoming() {
        serve(stream.expect("a socket accepts"), machine);
    }
}

fn listen(path: &str) -> UnixListener {
    // Left behind by the last one.
    let _ = fs::remove_file(path);
    UnixListener::bind(path).expect("the folder is ours")
}

/// `create -q -u -f qcow2 -F qcow2 -b BASE NAME SIZE`
fn create_disk(words: &[String]) {
    let [.., base, name, size] = words else { panic!("{words:?}") };
    let disk = json!({ "base": base, "size": size });
    fs::write(name, disk.to_string()).expect("the folder is ours");
}

fn serve_control(stream: std::os::unix::net::UnixStream, machine: &Arc<Mutex<Machine>>) {
    let mut to = stream.try_clone().expect("a socket has two ends");
    let greeting = json!({ "QMP": { "version": {}, "capabilities": ["oob"] } });
    // Whoever connected may be gone again.
    let _ = writeln!(to, "{greeting}\r");
    machine.lock().unwrap().control = Some(to);
    let shared = machine;
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        let asked: Value = serde_json::from_str(&line).expect("a command is JSON");
        let mut machine = shared.lock().unwrap();
        let (reply, after) = machine.control(&asked);
        let mut answer = match reply {
            Ok(value) => json!({ "return": value }),
            Err(text) => json!({ "error": { "class": "GenericError", "desc": text } }),
        };
        answer["id"] = asked["id"].clone();
        machine.tell(&answer);
        after.iter().for_each(|event| machine.tell(event));
        if asked["execute"] == "quit" {
            std::process::exit(0);
        }
        let resets = asked["execute"] == "system_reset";
        drop(machine);
        if resets {
            guest::boot(shared);
        }
    }
    shared.lock().unwrap().control = None;
}

fn serve_agent(stream: std::os::unix::net::UnixStream, machine: &Arc<Mutex<Machine>>) {
    let mut to = stream.try_clone().expect("a socket has two ends");
    for line in BufReader::new(stream).split(b'\n') {
        let Ok(line) = line else { return };
        let sync = line.first() == Some(&0xFF);
        let text = if sync { &line[1..] } else { &line };
        let asked: Value = serde_json::from_slice(text).expect("a command is JSON");
        let (reply, then) = machine.lock().unwrap().agent(&asked);
        if let Some(reply) = reply {
            if asked["execute"] == "guest-sync-delimited" {
                let _ = to.write_all(&[0xFF]);
            }
            let _ = writeln!(to, "{reply}");
        }
        if then == guest::Then::Boot {
            guest::boot(machine);
        }
    }
}

/// A person at the serial console, who can do to the guest what no order does.
fn serve_console(stream: std::os::unix::net::UnixStream, machine: &Arc<Mutex<Machine>>) {
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        machine.lock().unwrap().typed(&line);
    }
}
