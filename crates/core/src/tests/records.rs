//! The shape of every record on disk. A record once written must read for ever: when one grows,
//! its old bytes here stay and must still give the same value, and new bytes are added beside them.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::apply::{Change, Edited, JobAccepted, Marked, Next, Progress};
use crate::command::{Receipt, TargetAnswer};
use crate::edits::Put;
use crate::engine::{Inbox, Settings};
use crate::model::{
    Activity, Attempt, Course, Credential, Fault, FaultKind, Gate, Job, JobId, Last, Mark, Orders,
    ProjectId, RequestId, Retry, Role, ServerId, Share, SubJob, SubState, SubTarget, Tally, Target,
    Time,
};
use crate::ops::{Force, Operation, Stop, Verdict};
use crate::record::{self, Meta};
use crate::vault::Sealed;
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
        orders: Orders { concurrency: Some(3), ..Orders::default() },
        course: None,
        parent: None,
        with_secret: false,
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

/// A job in the middle of its orders, the failed part of another.
fn job_with_orders() -> Job {
    let mut job = job();
    job.orders = Orders {
        concurrency: None,
        waves: vec![Share::Count(1), Share::Percent(10)],
        pause_ms: 30_000,
        hold: true,
        max_failures: Some(Share::Count(5)),
        start_at: Some(Time(1_700_000_000_001)),
        deadline: Some(Time(1_700_000_000_002)),
        retry: Some(Retry { attempts: 3, backoff_ms: 5_000 }),
    };
    let fault: Arc<Fault> = Arc::new(FaultKind::NoCapacity.into());
    let attempt = Attempt {
        failed_at: Time(8),
        fault: fault.clone(),
        again_at: Time(9),
        step: 1,
        retries: 1,
    };
    job.course = Some(Box::new(Course {
        work: 2,
        refused: 1,
        mark: Mark {
            wave: 1,
            opened: 1,
            unopened: 1,
            gate: Some(Gate { opens_at: Time(7), held: true }),
            stopped: Some(FaultKind::DeadlinePassed),
        },
        attempts: [(0, vec![attempt])].into(),
    }));
    job.parent = Some(JobId(17));
    job.with_secret = true;
    let never = SubJob {
        state: SubState::Cancelled,
        began_at: None,
        fault: Some(fault),
        ..job.subs[1].clone()
    };
    job.subs.push(never);
    job.tally = Tally::of(&job.subs);
    job
}

#[test]
fn orders_are_written_as_pinned_and_read_back() {
    let job = job_with_orders();
    let mark = job.course.as_ref().unwrap().mark;
    let mut progress = Progress::new(&job, Time(9));
    progress.push(0, Next::Again(Time(10), Arc::new(FaultKind::NoCapacity.into())));
    progress.push(1, Next::Cancel(Arc::new(FaultKind::Cancelled.into())));
    let put = Put::Mark { job: job.id, mark };
    let changes = vec![
        Change::Progress(progress),
        Change::Marked(Marked { job: job.id, project: PROJECT, at: Time(9), mark }),
        Change::Edited(Edited { at: Time(9), puts: vec![put], token: None, job: None }),
    ];
    let (row, log) = (record::encode(&job), record::encode(&changes));
    assert_eq!(record::decode_job(&row).unwrap(), job);
    assert_eq!(record::decode_log(&log).unwrap(), changes);
    insta::assert_snapshot!(format!("job\n{}\nlog\n{}\n", hex(&row), hex(&log)));
}

#[test]
fn what_an_older_program_wrote_is_read_and_from_then_on_refused_to_it() {
    let plane = Plane::new(Settings::default());
    let meta = |plane: &Plane| {
        let state = plane.disk.state();
        let row = &state.rows[&(crate::store::Table::Meta, record::META_KEY.to_vec())];
        record::decode::<Meta>("meta", row).unwrap()
    };
    let older = Meta { format: 1, ..meta(&plane) };
    let key = (crate::store::Table::Meta, record::META_KEY.to_vec());
    plane.disk.state().rows.insert(key, record::encode(&older));
    let mut plane = plane.restarted();
    assert_eq!(meta(&plane).format, 1, "nothing was written yet");
    let stop = Operation::Stop(Stop { force: Force::Soft });
    plane.order(command(1, stop, &[ServerId(0x5001)])).unwrap().unwrap();
    assert_eq!(meta(&plane).format, record::FORMAT);
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
    let before = *plane.disk.state().log.last_key_value().unwrap().0;
    let mut order = command(2, Operation::Stop(Stop { force: Force::Soft }), &ids);
    order.token = None;
    plane.order(order).unwrap().unwrap();
    plane.run().unwrap();
    let bytes: usize =
        plane.disk.state().log.range(before + 1..).map(|(_, entry)| entry.len()).sum();
    // Accepted, begun and ended: the targets' ids and little more, since neighbours share the rest.
    assert!(bytes < ids.len() * 20, "{bytes} bytes for {} servers", ids.len());
}

#[test]
fn a_credential_from_before_there_were_roles_is_an_admins() {
    #[derive(serde::Serialize)]
    struct Before {
        access_key: &'static str,
        project: ProjectId,
        secret_key: Sealed,
    }
    let before =
        Before { access_key: "AK", project: ProjectId(7), secret_key: Sealed(vec![1, 2, 3]) };
    let row = record::encode(&before);
    let read: Credential = record::decode("credential", &row).expect("it is still read");
    let secret_key = before.secret_key;
    let expected = Credential {
        access_key: "AK".into(),
        project: ProjectId(7),
        secret_key,
        role: Role::Admin,
        created_at: None,
    };
    assert_eq!(read, expected);
}
