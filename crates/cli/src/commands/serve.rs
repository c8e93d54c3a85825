use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use regiment_server::core::model::{ProjectId, Role};
use regiment_server::core::vault::Secret;
use regiment_server::logs::{self, LogFormat};
use regiment_server::rates::{self, Rate};
use regiment_server::signals::Signals;
use regiment_server::{Config, GivenCredential, Maintenance, Pace, Running, Storage, Tls, config};

use super::fault;
use super::machines::MachineOptions;
use crate::client::local;
use crate::{banner, limits, platform, ready_file};

/// Serve every API on one port.
#[derive(Args)]
pub struct Serve {
    /// Where to serve plain HTTP; port 0 takes any free one
    #[arg(long, env = "REGIMENT_LISTEN", value_name = "ADDRESS", default_value_t = config::LISTEN)]
    listen: SocketAddr,

    /// Keep state in this folder [default: the platform's folder for data]
    #[arg(long, env = "REGIMENT_DATA", value_name = "DIR")]
    data: Option<PathBuf>,

    /// Keep nothing, whatever folder is named
    #[arg(long, env = "REGIMENT_EPHEMERAL")]
    ephemeral: bool,

    /// Simulated servers to make at the first start
    #[arg(long, env = "REGIMENT_FLEET", value_name = "N", default_value_t = config::FLEET,
          value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    fleet: u32,

    /// How long simulated work takes: instant, quick, or realistic
    #[arg(long, env = "REGIMENT_PACE", value_name = "PACE", default_value = "quick")]
    pace: Pace,

    /// Let one in N simulated servers ignore that it is asked to shut down, so that a soft stop or
    /// restart of it fails
    #[arg(long, env = "REGIMENT_STUBBORN", value_name = "N")]
    stubborn: Option<NonZeroU32>,

    /// Take a host out of service after this time [default: 72h]; servers on it are told
    #[arg(long, env = "REGIMENT_MAINTAIN", value_name = "HOST[:TIME]", value_delimiter = ',',
          value_parser = read_maintenance)]
    maintain: Vec<Maintenance>,

    /// Let each project ask only as often as the vendor does (huawei, tencent), or as this file says
    #[arg(
        long,
        env = "REGIMENT_LIMITS",
        value_name = "huawei|tencent|FILE",
        value_delimiter = ','
    )]
    limits: Vec<String>,

    /// Have things go wrong on purpose from the start, as the fault rules in this file say
    #[arg(long, env = "REGIMENT_FAULTS", value_name = "FILE")]
    faults: Option<PathBuf>,

    /// Make the same ids and the same delays each time
    #[arg(long, env = "REGIMENT_SEED", value_name = "NUMBER")]
    seed: Option<u64>,

    /// Serve TLS too: "auto" makes a certificate authority in the data folder, or name your own
    /// certificate and key
    #[arg(long, env = "REGIMENT_TLS", value_name = "auto|CERT,KEY", value_parser = read_tls)]
    tls: Option<Tls>,

    /// Where to serve TLS [default: port 7443 of the listening address]
    #[arg(long, env = "REGIMENT_TLS_LISTEN", value_name = "ADDRESS", requires = "tls")]
    tls_listen: Option<SocketAddr>,

    /// Use these keys instead of making some up
    #[arg(long, env = "REGIMENT_CREDENTIAL", value_name = "AK:SK:PROJECT_ID[:ROLE]",
          hide_env_values = true, value_parser = read_credential)]
    credential: Option<GivenCredential>,

    /// When ready, write a file that says where the server is and how to get in [default: in the
    /// folder for what runs now, for `regiment servers` and the like; only its owner can read it]
    #[arg(long, env = "REGIMENT_READY_FILE", value_name = "PATH")]
    ready_file: Option<PathBuf>,

    /// How long finished jobs can be read, e.g. 90m, 24h, 7d
    #[arg(long, env = "REGIMENT_RETENTION", value_name = "TIME", default_value = "24h",
          value_parser = read_duration)]
    retention: Duration,

    /// Lines for people or for machines
    #[arg(long, env = "REGIMENT_LOG_FORMAT", value_name = "FORMAT", default_value = "human")]
    log_format: LogForm,

    /// What to log: error, warn, info, debug, or a filter
    #[arg(long, env = "REGIMENT_LOG", value_name = "FILTER", default_value = "info")]
    log: String,

    /// Serve plain HTTP even where others can reach it
    #[arg(long, env = "REGIMENT_INSECURE")]
    insecure: bool,

    #[command(flatten)]
    machines: MachineOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogForm {
    Human,
    Json,
}

impl Serve {
    pub fn run(self) -> Result<()> {
        let format = match self.log_format {
            LogForm::Human => LogFormat::Human,
            LogForm::Json => LogFormat::Json,
        };
        logs::start(format, &self.log);
        limits::raise_open_files();
        let wanted = self.ready_file.clone();
        let running = regiment_server::start(&self.config()?)?;
        let told = running.run_until(async {
            // Before anybody can know of this process.
            let mut signals = Signals::listen().context("failed to listen for signals")?;
            banner::show(&running)?;
            let ready_path = tell_ready(wanted.as_deref(), &running)?;
            let how = signals.told().await.context("failed to listen for signals")?;
            Ok::<_, anyhow::Error>((how, ready_path))
        });
        let (how, ready_path) = told?;
        banner::say(&format!("{how}: finishing what is under way"))?;
        let in_time = running.shutdown();
        if let Some(path) = &ready_path {
            // It speaks of a server that is gone.
            let _ = std::fs::remove_file(path);
        }
        if !in_time {
            banner::say("some requests were cut off; all that was accepted is kept")?;
        }
        Ok(())
    }

    fn config(self) -> Result<Config> {
        let storage = match (self.ephemeral, self.data) {
            (true, _) => Storage::Ephemeral,
            (false, Some(folder)) => Storage::Folder(folder),
            (false, None) => match platform::data_folder() {
                Some(folder) => Storage::Folder(folder),
                None => bail!("there is no folder for data here: name one with --data"),
            },
        };
        let key = std::env::var("REGIMENT_KEY").ok().filter(|key| !key.is_empty());
        Ok(Config {
            listen: self.listen,
            insecure: self.insecure,
            tls: self.tls.unwrap_or_default(),
            tls_listen: self.tls_listen,
            storage,
            key: key.map(Secret::new),
            fleet: self.fleet,
            pace: self.pace,
            stubborn: self.stubborn,
            seed: self.seed,
            machines: self.machines.machines(),
            maintain: self.maintain,
            rates: rates(&self.limits)?,
            rules: self.faults.as_ref().map(fault::read).transpose()?.unwrap_or_default(),
            credential: self.credential,
            retention: self.retention,
            ..Config::default()
        })
    }
}

/// Writes the ready file where it is wanted, or else where clients of this user look for it.
fn tell_ready(wanted: Option<&Path>, running: &Running) -> Result<Option<PathBuf>> {
    if let Some(path) = wanted {
        ready_file::write(path, running.identity())?;
        return Ok(Some(path.to_owned()));
    }
    let Some(path) = local::ready_file() else { return Ok(None) };
    match ready_file::write(&path, running.identity()) {
        Ok(()) => Ok(Some(path)),
        // Nobody asked for it: the server is of use all the same.
        Err(error) => {
            banner::note(&format!("{error:#}"));
            Ok(None)
        }
    }
}

fn read_tls(text: &str) -> Result<Tls, String> {
    if text == "auto" {
        return Ok(Tls::Auto);
    }
    match text.split_once(',') {
        Some((chain, key)) if !chain.is_empty() && !key.is_empty() => {
            Ok(Tls::Files { chain: chain.into(), key: key.into() })
        }
        Some(_) | None => Err("expected auto, or two files: cert.pem,key.pem".to_owned()),
    }
}

/// The message never repeats what was given: it holds a secret.
fn read_credential(text: &str) -> Result<GivenCredential, String> {
    let form = "expected AK:SK:PROJECT_ID, the project as 32 hexadecimal digits, and maybe :ROLE, \
                which is reader, operator or admin";
    let read = || {
        let (access_key, rest) = text.split_once(':')?;
        let (rest, role) = match rest.rsplit_once(':') {
            Some((rest, word)) if Role::named(word).is_some() => (rest, Role::named(word)?),
            Some(_) | None => (rest, Role::Admin),
        };
        let (secret_key, project) = rest.rsplit_once(':')?;
        let project = ProjectId::parse_plain(project)?;
        let fits = |key: &str| {
            (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        };
        (fits(access_key) && fits(secret_key)).then(|| GivenCredential {
            access_key: access_key.to_owned(),
            secret_key: Secret::new(secret_key),
            project,
            role,
        })
    };
    read().ok_or_else(|| form.to_owned())
}

fn read_maintenance(text: &str) -> Result<Maintenance, String> {
    let (host, notice) = match text.split_once(':') {
        Some((host, notice)) => (host, read_duration(notice)?),
        None => (text, config::NOTICE),
    };
    Ok(Maintenance { host: host.to_owned(), notice })
}

fn read_duration(text: &str) -> Result<Duration, String> {
    let form = || "expected a number and a unit: 30s, 90m, 24h, 7d".to_owned();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(form)?;
    let (number, unit) = text.split_at(unit_at);
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(form()),
    };
    let number: u64 = number.parse().map_err(|_| form())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(form)
}

/// The rates of vendors and files.
fn rates(named: &[String]) -> Result<Vec<Rate>> {
    let mut all = Vec::new();
    for name in named {
        all.extend(match name.as_str() {
            "huawei" => rates::huawei(),
            "tencent" => rates::tencent(),
            file => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("failed to read {file}"))?;
                let told: rates::Told =
                    toml::from_str(&text).with_context(|| format!("{file} cannot be read"))?;
                told.read().map_err(|why| anyhow::anyhow!("{file}: {why}"))?
            }
        });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(read_duration("90m"), Ok(Duration::from_mins(90)));
        assert_eq!(read_duration("7d"), Ok(Duration::from_hours(168)));
        for bad in ["", "h", "24", "24x", "-1h", "99999999999999999999d", "1 h"] {
            assert!(read_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_leaves_after_three_days_or_as_said() {
        let read = |text| read_maintenance(text).map(|one| (one.host, one.notice));
        assert_eq!(read("z-host-1"), Ok(("z-host-1".to_owned(), Duration::from_hours(72))));
        assert_eq!(read("z-host-1:90m"), Ok(("z-host-1".to_owned(), Duration::from_mins(90))));
        assert!(read("z-host-1:soon").is_err());
    }

    #[test]
    fn a_credential_has_three_parts_and_is_not_repeated_when_wrong() {
        let project = "0123456789abcdef0123456789abcdef";
        let given = read_credential(&format!("AK:s:k:{project}")).unwrap();
        assert_eq!(given.access_key, "AK");
        assert_eq!(given.secret_key.expose(), "s:k");
        assert_eq!(given.project.plain(), project);
        assert_eq!(given.role, Role::Admin);
        let reader = read_credential(&format!("AK:s:k:{project}:reader")).unwrap();
        assert_eq!((reader.secret_key.expose(), reader.role), ("s:k", Role::Reader));
        for bad in ["", "AK", "AK:SK", "AK:SK:xyz", &format!(":SK:{project}"), "a b:c:d"] {
            let error = read_credential(bad).unwrap_err();
            assert!(!error.contains("xyz"), "{error}");
        }
    }

    #[test]
    fn tls_is_automatic_or_two_files() {
        assert_eq!(read_tls("auto"), Ok(Tls::Auto));
        let files = Tls::Files { chain: "c.pem".into(), key: "k.pem".into() };
        assert_eq!(read_tls("c.pem,k.pem"), Ok(files));
        assert!(read_tls("c.pem").is_err());
        assert!(read_tls(",k.pem").is_err());
    }
}
