//! The shape of every record on disk. A record once written must read for ever: when one grows,
//! its old bytes here stay and must still give the same value, and new bytes are added beside them.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::apply::{Change, JobAccepted, Next, Progress};
use crate::command::{Receipt, TargetAnswer};
use crate::engine::{Inbox, Settings};
use crate::model::{
    Activity, Fault, FaultKind, Job, JobId, Last, Orders, RequestId, ServerId, SubJob, SubState,
    SubTarget, Tally, Target, Time,
};
use crate::ops::{Force, Operation, Stop, Verdict};
use crate::record::{self, Meta};
use crate::world::Token;

use super::plane::{PROJECT, Plane, command, create, seeded_server};

fn job() -> Job {
    let subs = vec![
        SubJob {
            target: SubTarget::Known(Target::Server(ServerId(0x5001))),
            state: SubState::Running,
            step: 1,
            retries: 2,
            was_running: true,
            began_at: Some(Time(1_700_000_000_000)),
            ended_at: None,
            fault: None,
        },
        SubJob {
            target: SubTarget::Unknown("nonsense".into()),
            state: SubState::Refused,
            step: 0,
            retries: 0,
            was_running: false,
            began_at: Some(Time(1_700_000_000_000)),
            ended_at: Some(Time(1_700_000_000_000)),
            fault: Some(Arc::new(Fault::with(FaultKind::ServerNotFound, "why"))),
        },
    ];
    Job {
        id: JobId(41),
        project: PROJECT,
        request: RequestId(0xABCD),
        dialect: "test".into(),
        principal: "AK".into(),
        operation: Operation::Stop(Stop { force: Force::SoftThenHard }),
        orders: Orders { concurrency: Some(3) },
        accepted_at: Time(1_700_000_000_000),
        ended_at: None,
        tally: Tally::of(&subs),
        subs,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes any text");
        text
    })
}

fn token() -> Token {
    Token {
        project: PROJECT,
        token: "t".into(),
        digest: [7; 32],
        receipt: Receipt {
            job: Some(JobId(41)),
            answers: vec![TargetAnswer {
                verdict: Verdict::AlreadySo(FaultKind::ServerStopped.into()),
                target: Some(Target::Server(ServerId(1))),
                sub: Some(JobId(41).sub(0)),
            }],
            made: Vec::new(),
        },
        expires_at: Time(5),
    }
}

fn changes() -> Vec<Change> {
    let mut progress = Progress::new(&job(), Time(9));
    progress.push(0, Next::Start);
    progress.push(1, Next::Start);
    progress.push(2, Next::Retry(Time(10)));
    progress.push(3, Next::Advance);
    progress.push(4, Next::Succeed);
    progress.push(5, Next::Fail(Arc::new(FaultKind::NoCapacity.into())));
    progress.placed.push((4, "host-1".into()));
    vec![
        Change::JobAccepted(Box::new(JobAccepted {
            job: job(),
            servers: vec![],
            balancers: vec![],
            disks: vec![],
            images: vec![],
            token: Some(token()),
        })),
        Change::Progress(progress),
        Change::JobsArchived(vec![JobId(3)]),
        Change::TokensExpired(vec![(PROJECT, "t".into())]),
    ]
}

#[test]
fn records_are_written_as_pinned_and_read_back() {
    let mut server = seeded_server(1);
    server.last = Some(Last {
        sub: JobId(41).sub(0),
        request: RequestId(1),
        activity: Activity::Stopping,
        ended: true,
        fault: Some(Arc::new(FaultKind::HostDown.into())),
    });
    let meta = Meta { format: 1, realm: 2, next_number: 3, next_event: 4, log_through: 5 };
    let rows = [
        ("meta", record::encode(&meta)),
        ("server", record::encode(&server)),
        ("job", record::encode(&job())),
        ("token", record::encode(&token())),
        ("log", record::encode(&changes())),
    ];
    assert_eq!(record::decode::<Meta>("meta", &rows[0].1).unwrap(), meta);
    assert_eq!(record::decode_server(&rows[1].1).unwrap(), server);
    assert_eq!(record::decode_job(&rows[2].1).unwrap(), job());
    assert_eq!(record::decode_token(&rows[3].1).unwrap(), token());
    // Counters are counted again, not read.
    assert_eq!(record::decode_log(&rows[4].1).unwrap().len(), changes().len());
    let told: Vec<String> = rows
        .iter()
        .map(|(name, row)| format!("{name} {} bytes\n{}\n", row.len(), hex(row)))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_newer_format_is_refused_in_words() {
    let plane = Plane::new(Settings::default());
    let meta = Meta { format: 999, realm: 0, next_number: 1, next_event: 1, log_through: 0 };
    let key = (crate::store::Table::Meta, record::META_KEY.to_vec());
    plane.disk.state().rows.insert(key, record::encode(&meta));
    let mut disk = plane.disk.clone();
    let error = crate::recover::load(&mut disk, 0).err().expect("it is refused").to_string();
    assert_eq!(error, "stored data cannot be read: format 999 is newer than this program");
}

#[test]
fn a_cut_record_is_an_error_not_a_panic() {
    let row = record::encode(&job());
    for cut in 0..row.len() {
        assert!(record::decode_job(&row[..cut]).is_err(), "cut at {cut}");
    }
    assert!(record::archived_job(&[0; 4]).is_err());
}

#[test]
fn a_log_entry_for_a_large_batch_is_small() {
    let mut plane = Plane::new(Settings::default());
    let names: Vec<String> = (0..500).map(|n| format!("n{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    plane.order(command(1, create(&names), &[])).unwrap().unwrap();
    plane.run().unwrap();
    let ids: Vec<ServerId> = plane.world().servers().map(|server| server.id).collect();
    plane.turn(Inbox { checkpoint: true, ..Inbox::new() }).unwrap();
    let mut order = command(2, Operation::Stop(Stop { force: Force::Soft }), &ids);
    order.token = None;
    plane.order(order).unwrap().unwrap();
    plane.run().unwrap();
    let bytes: usize = plane.disk.state().log.values().map(Vec::len).sum();
    // Accepted, begun and ended: the targets' ids and little more, since neighbours share the rest.
    assert!(bytes < ids.len() * 20, "{bytes} bytes for {} servers", ids.len());
}
