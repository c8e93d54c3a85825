//! The machine and the guest in it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

pub struct Machine {
    pub guest: Guest,
    pub control: Option<UnixStream>,
    status: &'static str,
    agent_up: bool,
    devices: BTreeSet<String>,
    asked_down: u64,
}

/// What outlives a start is in the disk, a JSON file.
pub struct Guest {
    disk: String,
    ways: Value,
}

#[derive(PartialEq, Eq)]
pub enum Then {
    Nothing,
    Boot,
}

impl Guest {
    pub fn on(disk: &str) -> Guest {
        let state: Value = read(disk);
        let base = state["base"].as_str().expect("a disk has a base");
        Guest { disk: disk.to_owned(), ways: read(base) }
    }

    /// Whether the image says so of its guests.
    pub fn ways(&self, way: &str) -> bool {
        self.ways[way].as_bool() == Some(true)
    }

    fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut state = read(&self.disk);
        change(&mut state);
        fs::write(&self.disk, state.to_string()).expect("the disk is ours");
    }
}

fn read(path: &str) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).expect("it is JSON")
}

pub fn say_last(text: &str) {
    // Nobody may listen.
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn print(text: &str) {
    let mut log = fs::OpenOptions::new().create(true).append(true).open("console.log").unwrap();
    log.write_all(text.as_bytes()).unwrap();
}

/// The guest begins; its agent is there a moment later.
pub fn boot(machine: &Arc<Mutex<Machine>>) {
    let machine = machine.clone();
    std::thread::spawn(move || {
        let mut machine = machine.lock().unwrap();
        print("boot\nlogin: ");
        if machine.guest.ways("dies_at_boot") {
            std::process::exit(1);
        }
        if !machine.guest.ways("has_no_agent") {
            machine.open_port(true);
        }
    });
}

impl Machine {
    pub fn new(guest: Guest) -> Machine {
        let devices = BTreeSet::new();
        Machine { guest, control: None, status: "running", agent_up: false, devices, asked_down: 0 }
    }

    pub fn tell(&mut self, message: &Value) {
        if let Some(control) = &mut self.control {
            // The daemon may have gone.
            let _ = writeln!(control, "{message}\r");
        }
    }

    fn open_port(&mut self, open: bool) {
        self.agent_up = open;
        self.tell(&json!({
            "event": "VSERPORT_CHANGE", "data": { "id": "agent", "open": open },
            "timestamp": { "seconds": 1, "microseconds": 2 },
        }));
    }

    fn go_off(&mut self, status: &'static str, event: &str) {
        self.open_port(false);
        self.status = status;
        self.tell(&json!({ "event": event, "data": {} }));
        self.tell(&json!({ "event": "STOP" }));
    }

    pub fn control(&mut self, asked: &Value) -> (Result<Value, String>, Vec<Value>) {
        let arguments = &asked["arguments"];
        let named = |name: &str| arguments[name].as_str().unwrap_or_default().to_owned();
        let mut events = vec![json!({ "event": "NOBODY_KNOWS_THIS", "data": { "x": 1 } })];
        let reply = match asked["execute"].as_str().unwrap_or_default() {
            "query-status" => Ok(json!({ "status": self.status })),
            "qmp_capabilities" | "quit" | "system_powerdown" => Ok(json!({})),
            "system_reset" => {
                self.agent_up = false;
                self.status = "running";
                events.push(json!({ "event": "RESET", "data": { "guest": false } }));
                Ok(json!({}))
            }
            "dump-guest-memory" => {
                let file = named("protocol");
                let file = file.strip_prefix("file:").expect("it is a file");
                let new = fs::OpenOptions::new().write(true).create_new(true).open(file);
                let written = new.and_then(|mut new| new.write_all(b"memory"));
                written.map(|()| json!({})).map_err(|error| error.to_string())
            }
            "device_add" | "netdev_add" => self.add(&named("id")),
            "blockdev-add" => self.add(&named("node-name")),
            "device_del" => {
                events
                    .push(json!({ "event": "DEVICE_DELETED", "data": { "device": named("id") } }));
                Ok(self.remove(&named("id")))
            }
            "netdev_del" => Ok(self.remove(&named("id"))),
            "blockdev-del" => Ok(self.remove(&named("node-name"))),
            other => Err(format!("the command {other} has not been found")),
        };
        (reply, events)
    }

    fn add(&mut self, id: &str) -> Result<Value, String> {
        let new = self.devices.insert(id.to_owned());
        if new { Ok(json!({})) } else { Err(format!("Duplicate ID '{id}'")) }
    }

    /// What was there from the start was never added.
    fn remove(&mut self, id: &str) -> Value {
        self.devices.remove(id);
        json!({})
    }

    pub fn typed(&mut self, line: &str) {
        match line {
            "poweroff" => self.go_off("shutdown", "SHUTDOWN"),
            "break" => self.go_off("internal-error", "RESUME"),
            "stop agent" => self.open_port(false),
            _ => print(line),
        }
    }

    /// The agent's answer, if it has one.
    pub fn agent(&mut self, asked: &Value) -> (Option<Value>, Then) {
        if !self.agent_up {
            return (None, Then::Nothing);
        }
        let arguments = asked["arguments"].clone();
        let done = json!({ "return": {} });
        let reply = match asked["execute"].as_str().unwrap_or_default() {
            "guest-sync-delimited" => json!({ "return": arguments["id"] }),
            "guest-ping" | "guest-file-close" => done,
            "guest-set-user-password" if self.guest.ways("refuses_passwords") => {
                json!({ "error": { "class": "GenericError", "desc": "child process has failed" } })
            }
            "guest-set-user-password" => {
                self.guest.change(|disk| disk["password"] = arguments);
                done
            }
            "guest-ssh-add-authorized-keys" => {
                self.guest.change(|disk| disk["keys"] = arguments);
                done
            }
            "guest-file-open" => {
                self.guest.change(|disk| disk["open"] = arguments["path"].clone());
                json!({ "return": 3 })
            }
            "guest-file-write" => {
                let bytes = arguments["buf-b64"].clone();
                self.guest.change(|disk| {
                    let path = disk["open"].as_str().unwrap_or_default().to_owned();
                    disk["files"][path] = bytes.clone();
                });
                let text = bytes.as_str().unwrap_or_default();
                let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
                json!({ "return": { "count": text.len() / 4 * 3 - padding, "eof": false } })
            }
            "guest-exec" => {
                self.guest.change(|disk| {
                    if !disk["ran"].is_array() {
                        disk["ran"] = json!([]);
                    }
                    disk["ran"].as_array_mut().expect("it is one").push(arguments);
                });
                json!({ "return": { "pid": 7 } })
            }
            "guest-exec-status" => {
                let disk = read(&self.guest.disk);
                let last = disk["ran"].as_array().and_then(|ran| ran.last());
                let asks_cloud_init = last.is_some_and(|one| one["path"] == "cloud-init");
                let said = self.guest.ways["cloud_init"].as_str().filter(|_| asks_cloud_init);
                // In base64.
                let said = said.unwrap_or_default();
                json!({ "return": { "exited": true, "exitcode": 0, "out-data": said } })
            }
            "guest-shutdown" => return (None, self.shut_down(&arguments)),
            other => json!({ "error": { "class": "CommandNotFound", "desc": other } }),
        };
        (Some(reply), Then::Nothing)
    }

    fn shut_down(&mut self, arguments: &Value) -> Then {
        self.asked_down += 1;
        let missed = self.guest.ways("misses_the_first") && self.asked_down == 1;
        if missed || self.guest.ways("ignores_shutdown") {
            return Then::Nothing;
        }
        if arguments["mode"] == "reboot" {
            self.open_port(false);
            self.tell(&json!({ "event": "RESET", "data": { "guest": true } }));
            return Then::Boot;
        }
        self.go_off("shutdown", "SHUTDOWN");
        Then::Nothing
    }
}
