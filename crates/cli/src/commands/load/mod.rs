//! A measured crowd: connections that order stops and starts as a vendor's client does, each on servers
//! of its own, and ask until they are done.
//!
//! Deliberately absent: anything that a vendor's SDK could not send. What is measured is what a client
//! sees.

mod report;
mod vendor;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};

use self::report::Seen;
use self::vendor::{Deed, Vendor};
use super::order::which::Which;
use crate::banner;
use crate::client::{Connection, Server, is_here, typed};
use crate::outcome::{Ended, Misuse};

/// How often a client asks whether its order is done.
const ASK_AGAIN: Duration = Duration::from_millis(2);
const ASK_AGAIN_MAX: Duration = Duration::from_millis(200);
/// An order that takes longer than this has failed.
const PATIENCE: Duration = Duration::from_mins(10);

/// Order stops and starts as fast as they are taken, signed as a vendor's clients sign, and report how
/// long it took.
///
/// Each connection has servers of its own: it stops them, asks until that is done, starts them again, and
/// so on. At the end all run as they did before. It is meant for a simulated fleet on this machine.
#[derive(Args)]
pub struct Load {
    /// In whose words
    #[arg(long = "as", value_name = "CLOUD", default_value = "huawei")]
    dialect: Dialect,

    /// So many connections, each with one order at a time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1_024))]
    connections: u32,

    /// So many servers in each order
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    batch: u32,

    /// Stop after so many orders
    #[arg(long, value_name = "N", conflicts_with = "seconds", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    count: Option<u64>,

    /// Stop after so many seconds
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,

    /// Do it to a server that is not on this machine
    #[arg(long)]
    yes_really: bool,

    /// As JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// Huawei Cloud ECS, SDK-HMAC-SHA256
    Huawei,
    /// Tencent Cloud API 2.0, HmacSHA256
    TencentV2,
    /// Tencent Cloud API 3.0, TC3-HMAC-SHA256
    TencentV3,
}

impl Load {
    pub fn run(self) -> Result<Ended> {
        let place = self.connection.place()?;
        if !is_here(&place.endpoint) && !self.yes_really {
            let endpoint = &place.endpoint;
            return Err(Misuse(format!(
                "{endpoint} is not on this machine, and its servers would really be stopped: say \
                 --yes-really if it is meant"
            ))
            .into());
        }
        let Some(keys) = place.credentials.keys.clone() else {
            bail!("vendors' requests are signed: give --access-key and REGIMENT_SECRET_KEY");
        };
        let client = self.connection.client()?;
        let project = client.project()?;
        let teams = self.teams(&client)?;
        let connections = teams.len();
        let bounds = Bounds {
            until: self.count.is_none().then(|| Instant::now() + Duration::from_secs(self.seconds)),
            left: AtomicU64::new(self.count.unwrap_or(u64::MAX)),
            broken: AtomicBool::new(false),
        };
        let all = Mutex::new(Seen::default());
        let trouble = Mutex::new(None);
        let began = Instant::now();
        std::thread::scope(|scope| {
            for team in teams {
                let vendor = Vendor::new(self.dialect, &place, &keys, &project);
                let (bounds, all, trouble) = (&bounds, &all, &trouble);
                scope.spawn(move || {
                    let mut seen = Seen::default();
                    let done = vendor.and_then(|vendor| drive(&vendor, &team, bounds, &mut seen));
                    if let Err(error) = done {
                        bounds.broken.store(true, Ordering::Relaxed);
                        trouble
                            .lock()
                            .unwrap_or_else(std::sync::PoisonError::into_inner)
                            .replace(error);
                    }
                    all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(seen);
                });
            }
        });
        let took = began.elapsed();
        let seen = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(error) = trouble.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
        {
            return Err(error);
        }
        let report =
            report::Report { dialect: self.dialect, connections, batch: self.batch, took, seen };
        if self.json {
            banner::say(&serde_json::to_string_pretty(&report.json())?)?;
        } else {
            banner::say(report.text().trim_end())?;
        }
        Ok(report.ended())
    }

    /// The servers of each connection: those that run and that nobody works on.
    fn teams(&self, client: &crate::client::Client) -> Result<Vec<Vec<Server>>> {
        let mut free = Vec::new();
        for said in self.which.find(client, None)? {
            let server: Server = typed(client, &said)?;
            if server.status == "running" && server.activity.is_none() {
                free.push(server);
            }
        }
        let mut free: VecDeque<Server> = free.into();
        let batch = self.batch as usize;
        let mut teams = Vec::new();
        while teams.len() < self.connections as usize && free.len() >= batch {
            teams.push(free.drain(..batch).collect());
        }
        if teams.len() < self.connections as usize {
            return Err(Misuse(format!(
                "{} connections with {batch} servers each need {} that run and are free, and there are {}",
                self.connections,
                u64::from(self.connections) * u64::from(self.batch),
                teams.len() * batch + free.len()
            ))
            .into());
        }
        Ok(teams)
    }
}

/// When it is enough.
struct Bounds {
    until: Option<Instant>,
    /// Orders that may still be begun.
    left: AtomicU64,
    /// Another connection met what it cannot go on with.
    broken: AtomicBool,
}

impl Bounds {
    /// Whether one more order may begin; counts it.
    fn one_more(&self) -> bool {
        if self.broken.load(Ordering::Relaxed)
            || self.until.is_some_and(|until| Instant::now() >= until)
        {
            return false;
        }
        let take = |left: u64| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

/// One connection's work. When it is enough, what was stopped is started again first.
fn drive(vendor: &Vendor, team: &[Server], bounds: &Bounds, seen: &mut Seen) -> Result<()> {
    while bounds.one_more() {
        one(vendor, Deed::Stop, team, seen)?;
        let counted = bounds.one_more();
        let mut uncounted = Seen::default();
        one(vendor, Deed::Start, team, if counted { &mut *seen } else { &mut uncounted })?;
        if !counted {
            break;
        }
    }
    Ok(())
}

/// One order, from its first byte to its end.
fn one(vendor: &Vendor, deed: Deed, team: &[Server], seen: &mut Seen) -> Result<()> {
    let began = Instant::now();
    let Some(ticket) = vendor.order(deed, team)? else {
        seen.refused += 1;
        return Ok(());
    };
    seen.accepted.push(began.elapsed());
    seen.servers += team.len() as u64;
    let mut pause = ASK_AGAIN;
    loop {
        let asked = Instant::now();
        let done = vendor.ask(&ticket, team)?;
        seen.asked.push(asked.elapsed());
        if let Some(failed) = done {
            seen.finished.push(began.elapsed());
            seen.failed += failed;
            return Ok(());
        }
        if began.elapsed() > PATIENCE {
            return Err(anyhow::anyhow!("an order did not end in ten minutes")).context("gave up");
        }
        std::thread::sleep(pause);
        pause = (pause * 3 / 2).min(ASK_AGAIN_MAX);
    }
}
