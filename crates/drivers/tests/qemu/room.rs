//! A data folder with images, a driver on it, and a look at what its guests have been told.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use regiment_core::driver::{
    Done, Driver, DriverError, Login, Provision, StepCall, StepRef, StepReport, Verb,
};
use regiment_core::model::{
    Flavor, Host, Image, ImageId, ImageSource, JobId, OsFamily, Power, ServerId, Time,
};
use regiment_core::vault::{Sealed, Secret, Vault};
use regiment_drivers::conformance::Terms;
use regiment_drivers::qemu::probe::Way;
use regiment_drivers::qemu::{Patience, QemuConfig, QemuDriver, Reach};
use serde_json::Value;
use tempfile::TempDir;

pub const IMAGE: ImageId = ImageId(1);
pub const OTHER: ImageId = ImageId(2);

/// No guest here takes longer than this for anything; what is to time out does so at once.
const SOON: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_mins(1);

pub struct Room {
    pub data: TempDir,
    woken: Arc<(Mutex<bool>, Condvar)>,
    pub patience: Patience,
}

struct Mirror;

impl Vault for Mirror {
    fn seal(&self, secret: &Secret) -> Sealed {
        Sealed(secret.expose().bytes().rev().collect())
    }

    fn open(&self, sealed: &Sealed) -> Option<Secret> {
        String::from_utf8(sealed.0.iter().rev().copied().collect()).ok().map(Secret::new)
    }
}

/// What a driver said of one call.
pub type Said = Result<Done, DriverError>;

impl Room {
    pub fn new() -> Room {
        // Its default place may be too deep for some, or mounted so that nothing runs there.
        let data = tempfile::tempdir().expect("there is room for files");
        let patience = Patience {
            control: LONG,
            boot: LONG,
            first_boot: LONG,
            boot_alone: LONG,
            agent: LONG,
            down: LONG,
            end: LONG,
            unplug: LONG,
            dump: LONG,
        };
        let room = Room { data, woken: Arc::default(), patience };
        room.image(IMAGE, "{}");
        room
    }

    /// One whose guests are given up on quickly.
    pub fn hasty() -> Room {
        let mut room = Room::new();
        room.patience.boot = SOON;
        room.patience.agent = SOON;
        room.patience.down = SOON;
        room
    }

    /// An image whose guests have these ways.
    pub fn image(&self, id: ImageId, ways: &str) {
        let folder = self.data.path().join("images").join(id.to_string());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("disk.qcow2"), ways).unwrap();
        let agent = !ways.contains("no_plugin");
        let cloud_init = ways.contains("cloud_init");
        let text = format!(
            "name = 'i'\nos = 'System'\nsize = 1024\nagent = {agent}\ncloud_init = {cloud_init}\n"
        );
        fs::write(folder.join("image.toml"), text).unwrap();
    }

    pub fn driver(&self) -> QemuDriver {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_fake-qemu"));
        let host = |name: &str| Host {
            name: name.into(),
            zone: "z".into(),
            vcpus: 64,
            ram_mib: 64 << 10,
            up: true,
            leaves_at: None,
        };
        let config = QemuConfig {
            data: self.data.path().to_owned(),
            qemu: program.clone(),
            qemu_img: program,
            way: Way::Tcg,
            hosts: vec![host("one"), host("two")],
            boots_max: 2,
            reach: Reach::Closed,
            patience: self.patience,
            vault: Arc::new(Mirror),
        };
        let mut driver = QemuDriver::open(config).expect("the folder can be read");
        let woken = self.woken.clone();
        driver.wake_by(Arc::new(move || {
            *woken.0.lock().unwrap() = true;
            woken.1.notify_all();
        }));
        driver
    }

    /// Waits until the driver has something to say, or a moment.
    pub fn wait(&self) -> impl FnMut(&mut dyn Driver) -> Time + use<> {
        let woken = self.woken.clone();
        move |_| {
            let awake = woken.0.lock().unwrap();
            let moment = Duration::from_millis(20);
            let (mut awake, _) =
                woken.1.wait_timeout_while(awake, moment, |awake| !*awake).unwrap();
            *awake = false;
            Time::ZERO
        }
    }

    pub fn terms() -> Terms {
        Terms {
            zone: "z".into(),
            flavor: flavor(1),
            other_flavor: flavor(2),
            image: image(IMAGE),
            other_image: image(OTHER),
            makes_images: false,
        }
    }

    /// Has one thing done.
    pub fn ask(&self, driver: &mut QemuDriver, verb: Verb) -> Said {
        self.ask_all(driver, vec![verb]).remove(0)
    }

    pub fn ask_all(&self, driver: &mut QemuDriver, verbs: Vec<Verb>) -> Vec<Said> {
        let count = verbs.len();
        let step = |sub| StepRef { job: JobId(1), sub, step: 0, attempt: 0 };
        let calls = verbs.into_iter().zip(0..);
        let calls = calls.map(|(verb, sub)| StepCall { step: step(sub), verb }).collect();
        driver.begin(Time::ZERO, calls);
        let mut reports: Vec<StepReport> = Vec::new();
        let mut wait = self.wait();
        while reports.len() < count {
            wait(driver);
            reports.extend(driver.collect(Time::ZERO));
        }
        reports.sort_by_key(|report| report.step.sub);
        reports.into_iter().map(|report| report.result).collect()
    }

    /// Waits until the driver says that a server's power changed unasked.
    pub fn news_of(&self, driver: &mut QemuDriver, server: ServerId) {
        let mut wait = self.wait();
        while !driver.changed().contains(&server) {
            wait(driver);
        }
    }

    fn folder(&self, server: ServerId) -> PathBuf {
        self.data.path().join("machines").join(server.to_string())
    }

    pub fn run_file(&self, server: ServerId, name: &str) -> PathBuf {
        self.folder(server).join("run").join(name)
    }

    pub fn record(&self, server: ServerId) -> Value {
        let text = fs::read(self.folder(server).join("machine.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    pub fn record_text(&self, server: ServerId) -> String {
        fs::read_to_string(self.folder(server).join("machine.json")).unwrap()
    }

    /// What is in the disk that the guest has now.
    pub fn disk(&self, server: ServerId) -> Value {
        let number = self.record(server)["disk"]["number"].as_u64().unwrap();
        let text = fs::read(self.run_file(server, &format!("disk-{number}.qcow2"))).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// What the process was begun with.
    pub fn shape(&self, server: ServerId) -> Value {
        serde_json::from_slice(&fs::read(self.run_file(server, "shape.json")).unwrap()).unwrap()
    }

    pub fn pid(&self, server: ServerId) -> i64 {
        self.record(server)["process"]["pid"].as_i64().expect("it runs")
    }

    pub fn kill(&self, server: ServerId) {
        let pid = self.pid(server).to_string();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    }

    /// Types a line at the serial console.
    pub fn type_at(&self, server: ServerId, line: &str) {
        let path = self.run_file(server, "console.sock");
        let mut stream = UnixStream::connect(path).expect("there is a console");
        writeln!(stream, "{line}").unwrap();
    }

    pub fn owner(&self, server: ServerId, name: &str) -> u32 {
        self.run_file(server, name).metadata().unwrap().uid()
    }
}

impl Drop for Room {
    /// Machines outlive their drivers; those of a test must not outlive the test.
    fn drop(&mut self) {
        let machines = fs::read_dir(self.data.path().join("machines"));
        for entry in machines.into_iter().flatten().flatten() {
            let Ok(text) = fs::read(entry.path().join("machine.json")) else { continue };
            let record: Value = serde_json::from_slice(&text).unwrap_or_default();
            if let Some(pid) = record["process"]["pid"].as_i64() {
                let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
            }
        }
    }
}

pub fn flavor(size: u32) -> Arc<Flavor> {
    Arc::new(Flavor {
        name: format!("f{size}").into(),
        vcpus: size,
        ram_mib: size * 128,
        class: "normal".into(),
    })
}

pub fn image(id: ImageId) -> Arc<Image> {
    Arc::new(Image {
        id,
        name: "i".into(),
        family: OsFamily::Linux,
        os: "System".into(),
        disk_gib_min: 1,
        source: ImageSource::Public,
        admin_user: "root".into(),
        created_at: Time::ZERO,
    })
}

pub fn plan(id: ImageId) -> Provision {
    Provision {
        name: "one".into(),
        hostname: "one".into(),
        zone: "z".into(),
        flavor: flavor(1),
        image: image(id),
        password: None,
        login: Login::default(),
        nics: Vec::new(),
        boot_gib: 1,
        disks: Vec::new(),
        apart_from: Vec::new(),
    }
}

pub fn provision(server: ServerId, id: ImageId) -> Verb {
    Verb::Provision { server, plan: Box::new(plan(id)) }
}

pub fn run(server: ServerId) -> Verb {
    Verb::Run { server, hostname: "one".into(), apart_from: Vec::new() }
}

pub fn power(driver: &QemuDriver, server: ServerId) -> Option<Power> {
    driver.inspect(server).map(|finding| finding.power)
}

/// Looks again and again; a test that hangs here says what it waited for by its name.
pub fn until(mut what: impl FnMut() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < LONG, "it does not come");
        std::thread::yield_now();
    }
}
