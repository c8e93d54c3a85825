//! Planning: a world and a command in; a verdict per target, or one fault, out. Changes nothing.

use std::sync::Arc;

use crate::apply::{Edited, JobAccepted};
use crate::chance::Chance;
use crate::command::{Admission, AlreadySo, Command, Receipt, TargetAnswer, TargetRef};
use crate::edits::{self, Desk, Edit, Put};
use crate::limits;
use crate::model::{
    Course, Disk, Fault, FaultKind, Handle, Job, JobId, ListenerId, LoadBalancer, Orders, OwnImage,
    Power, RuleId, Server, Share, SubJob, SubState, SubTarget, Tally, Target, Time,
};
use crate::ops::{
    BalancerRules, DeleteImages, DiskRules, Mint, Operation, ServerRules, Sort, Verdict,
};
use crate::world::{Index, Token, World};

/// What a command comes to.
#[derive(Debug)]
pub struct Plan {
    pub receipt: Receipt,
    /// The job to make durable; absent when nothing is to be done.
    pub accepted: Option<Box<JobAccepted>>,
    /// What an edit changes.
    pub edited: Option<Edited>,
}

/// What one target comes to.
struct Judged {
    verdict: Verdict,
    target: SubTarget,
    was_running: bool,
    /// Named before in the same command: shares that sub-job.
    same_as: Option<usize>,
}

/// Judges a command. `Err` is a fault of the command as a whole: nothing is changed and no target
/// has a verdict. The same world, command, time and chance give the same plan.
pub fn plan(
    world: &World,
    command: &Command,
    now: Time,
    chance: &mut Chance,
) -> Result<Plan, Fault> {
    if let Some(receipt) = replay(world, command, now)? {
        return Ok(Plan { receipt, accepted: None, edited: None });
    }
    let operation = &command.operation;
    check_orders(command, now)?;
    if let Sort::Edit(edit) = operation.sort() {
        return plan_edit(world, command, edit, now, chance);
    }
    operation.check(world, command.project)?;
    let count = match operation.sort() {
        Sort::NewServers(create) => create.names.len(),
        Sort::NewBalancers(create) => create.names.len(),
        Sort::NewDisks(create) => create.names.len(),
        Sort::NewImages(copy) => copy.copies.len(),
        Sort::Servers(_)
        | Sort::Balancers(_)
        | Sort::Disks(_)
        | Sort::Images(_)
        | Sort::Edit(_) => command.targets.len(),
    };
    let count_max = match operation.sort() {
        Sort::Servers(rules) => rules.targets_max(),
        Sort::NewServers(_)
        | Sort::NewBalancers(_)
        | Sort::NewDisks(_)
        | Sort::NewImages(_)
        | Sort::Balancers(_)
        | Sort::Disks(_)
        | Sort::Images(_)
        | Sort::Edit(_) => limits::TARGETS_MAX,
    };
    if count == 0 {
        return Err(FaultKind::NoTargets.into());
    }
    if count > count_max {
        return Err(FaultKind::TooManyTargets.into());
    }
    if world.sub_jobs_in_flight() + count > limits::SUB_JOBS_IN_FLIGHT_MAX {
        return Err(FaultKind::TooManyJobs.into());
    }
    let id = JobId(world.next_number);
    match operation.sort() {
        Sort::NewServers(create) => {
            let subs = (0..).map(|index| id.sub(index));
            let servers = create.mint(world, command.project, subs, now, chance)?;
            let targets = servers.iter().map(|server| Target::Server(server.id)).collect();
            let made = New { servers, ..New::default() };
            Ok(accept_new(command, id, now, targets, made))
        }
        Sort::NewBalancers(create) => {
            let subs = (0..).map(|index| id.sub(index));
            let balancers = create.mint(world, command.project, subs, now, chance);
            let targets = balancers.iter().map(|balancer| Target::Balancer(balancer.id)).collect();
            let made = New { balancers, ..New::default() };
            Ok(accept_new(command, id, now, targets, made))
        }
        Sort::NewDisks(create) => {
            let subs = (0..).map(|index| id.sub(index));
            let disks = create.mint(command.project, subs, now, chance);
            let targets = disks.iter().map(|disk| Target::Disk(disk.id)).collect();
            let made = New { disks, ..New::default() };
            Ok(accept_new(command, id, now, targets, made))
        }
        Sort::NewImages(copy) => {
            let subs = (0..).map(|index| id.sub(index));
            let images = copy.mint(world, command.project, subs, now, chance);
            let targets = images.iter().map(|own| Target::Image(own.id())).collect();
            let made = New { images, ..New::default() };
            Ok(accept_new(command, id, now, targets, made))
        }
        Sort::Servers(rules) => {
            let judged = judge_servers(world, command, rules);
            accept_judged(world, command, id, now, judged, chance)
        }
        Sort::Balancers(rules) => {
            let judged = judge_balancers(world, command, rules);
            accept_judged(world, command, id, now, judged, chance)
        }
        Sort::Disks(rules) => {
            let judged = judge_disks(world, command, rules);
            accept_judged(world, command, id, now, judged, chance)
        }
        Sort::Images(rules) => {
            let judged = judge_images(world, command, rules);
            accept_judged(world, command, id, now, judged, chance)
        }
        Sort::Edit(edit) => plan_edit(world, command, edit, now, chance),
    }
}

fn plan_edit(
    world: &World,
    command: &Command,
    edit: &Edit,
    now: Time,
    chance: &mut Chance,
) -> Result<Plan, Fault> {
    let project = command.project;
    let edits::Edited { puts, answers } = edit.plan(Desk { world, project, now, chance })?;
    let made = puts.iter().filter_map(|put| match put {
        Put::Asset(asset) => Some(asset.key()),
        Put::Server { .. }
        | Put::NoAsset(_)
        | Put::Project(_)
        | Put::Credential(_)
        | Put::NoCredential(_)
        | Put::Mark { .. } => None,
    });
    let made = made.collect();
    let job = command.numbered.then(|| Box::new(ended_job(world, command, now)));
    let receipt = Receipt { job: job.as_ref().map(|job| job.id), answers, made };
    let token = token(command, &receipt, now);
    let edited = (!command.dry_run).then_some(Edited { at: now, puts, token, job });
    Ok(Plan { receipt, accepted: None, edited })
}

/// The job of an edit that is asked for by a number: nothing of it is left to be done.
fn ended_job(world: &World, command: &Command, now: Time) -> Job {
    Job {
        id: JobId(world.next_number),
        project: command.project,
        request: command.request,
        dialect: command.dialect.into(),
        principal: command.principal.clone(),
        operation: command.operation.clone(),
        orders: command.orders.clone(),
        accepted_at: now,
        ended_at: Some(now),
        subs: Vec::new(),
        course: None,
        parent: command.parent,
        with_secret: false,
        tally: Tally::default(),
    }
}

/// Whether the orders of a command can be carried out. What asks no machine is done at once and as
/// one: it has nothing that could wait for its turn.
fn check_orders(command: &Command, now: Time) -> Result<(), Fault> {
    let Command { operation, orders, .. } = command;
    if *orders == Orders::default() {
        return Ok(());
    }
    if operation.steps(false).is_empty() && operation.steps(true).is_empty() {
        let why = format!("{} is done at once and takes no orders", operation.name());
        return Err(Fault::with(FaultKind::OrdersInvalid, why));
    }
    orders.check(now)
}

/// The first receipt of a token that was used before, for the same request.
fn replay(world: &World, command: &Command, now: Time) -> Result<Option<Receipt>, Fault> {
    let Some(claim) = &command.token else { return Ok(None) };
    match world.token(command.project, &claim.token) {
        Some(known) if known.forgotten_at() <= now => Ok(None),
        Some(known) if known.expires_at <= now => Err(FaultKind::TokenExpired.into()),
        Some(known) if known.digest == claim.digest => Ok(Some(known.receipt.clone())),
        Some(_) => Err(FaultKind::TokenReused.into()),
        None if command.dry_run => Ok(None),
        None if world.tokens_count() >= limits::TOKENS_MAX => Err(FaultKind::TooManyJobs.into()),
        None => Ok(None),
    }
}

fn judge_servers(world: &World, command: &Command, rules: &dyn ServerRules) -> Vec<Judged> {
    let mut seen: Index<Handle, usize> = Index::default();
    seen.reserve(command.targets.len());
    let mut judged = Vec::with_capacity(command.targets.len());
    for (index, named) in command.targets.iter().enumerate() {
        let server = if rules.of_bin() {
            world.named_in_bin(command.project, named)
        } else {
            world.named(command.project, named)
        };
        let Some(server) = server else {
            judged.push(missing(named, FaultKind::ServerNotFound));
            continue;
        };
        let same_as = seen.get(&server.id.handle()).copied();
        if same_as.is_none() {
            seen.insert(server.id.handle(), index);
        }
        let refused = command.refused.binary_search_by_key(&index, |(place, _)| *place);
        judged.push(Judged {
            verdict: match refused {
                Ok(at) => Verdict::Refuse(command.refused[at].1.clone()),
                Err(_) => server_verdict(server, world, rules, command),
            },
            target: SubTarget::Known(Target::Server(server.id)),
            was_running: server.power == Power::Running,
            same_as,
        });
    }
    judged
}

fn server_verdict(
    server: &Server,
    world: &World,
    rules: &dyn ServerRules,
    command: &Command,
) -> Verdict {
    let details = &server.details;
    if details.locked && rules.heeds_lock() && !command.past_locks {
        return Verdict::refuse(FaultKind::ServerLocked);
    }
    if server.busy.is_some() && rules.heeds_work() {
        return Verdict::refuse(FaultKind::ServerBusy);
    }
    if details.resized_from.is_some() && rules.heeds_resize() {
        return Verdict::refuse(FaultKind::ResizeUnconfirmed);
    }
    match rules.admit(server, world) {
        Verdict::AlreadySo(fault) if command.already_so == AlreadySo::Refused => {
            Verdict::Refuse(fault)
        }
        verdict => verdict,
    }
}

fn judge_balancers(world: &World, command: &Command, rules: &dyn BalancerRules) -> Vec<Judged> {
    let mut judged: Vec<Judged> = Vec::with_capacity(command.targets.len());
    for named in &command.targets {
        let Some(balancer) = world.named_balancer(command.project, named) else {
            judged.push(missing(named, FaultKind::BalancerNotFound));
            continue;
        };
        let target = SubTarget::Known(Target::Balancer(balancer.id));
        let same_as = judged.iter().position(|earlier| earlier.target == target);
        let verdict = balancer_verdict(balancer, world, rules);
        judged.push(Judged { verdict, target, was_running: false, same_as });
    }
    judged
}

fn balancer_verdict(balancer: &LoadBalancer, world: &World, rules: &dyn BalancerRules) -> Verdict {
    let free = if rules.heeds_state() { balancer.is_free() } else { balancer.busy.is_none() };
    if !free {
        return Verdict::refuse(FaultKind::BalancerBusy);
    }
    rules.admit(balancer, world)
}

fn judge_disks(world: &World, command: &Command, rules: &dyn DiskRules) -> Vec<Judged> {
    let mut judged: Vec<Judged> = Vec::with_capacity(command.targets.len());
    for named in &command.targets {
        let disk = match named {
            TargetRef::Disk(id) => world.disk(command.project, *id),
            TargetRef::Server(_)
            | TargetRef::Short(_)
            | TargetRef::Balancer(_)
            | TargetRef::Image(_)
            | TargetRef::Unreadable(_) => None,
        };
        let Some(disk) = disk else {
            judged.push(missing(named, FaultKind::VolumeNotFound));
            continue;
        };
        let target = SubTarget::Known(Target::Disk(disk.id));
        let same_as = judged.iter().position(|earlier| earlier.target == target);
        let verdict = if disk.is_free() {
            rules.admit(disk)
        } else {
            Verdict::refuse(FaultKind::VolumeInUse)
        };
        judged.push(Judged { verdict, target, was_running: false, same_as });
    }
    judged
}

fn judge_images(world: &World, command: &Command, rules: &DeleteImages) -> Vec<Judged> {
    let mut judged: Vec<Judged> = Vec::with_capacity(command.targets.len());
    for named in &command.targets {
        let seen = match named {
            TargetRef::Image(id) => world.seen_image(command.project, *id),
            TargetRef::Server(_)
            | TargetRef::Short(_)
            | TargetRef::Balancer(_)
            | TargetRef::Disk(_)
            | TargetRef::Unreadable(_) => None,
        };
        let Some(seen) = seen else {
            judged.push(missing(named, FaultKind::ImageNotFound));
            continue;
        };
        let target = SubTarget::Known(Target::Image(seen.image.id));
        let same_as = judged.iter().position(|earlier| earlier.target == target);
        let verdict = rules.admit(seen, world);
        judged.push(Judged { verdict, target, was_running: false, same_as });
    }
    judged
}

fn missing(named: &TargetRef, kind: FaultKind) -> Judged {
    let words: Arc<str> = match named {
        TargetRef::Server(id) => id.to_string().into(),
        TargetRef::Short(handle) => handle.to_string().into(),
        TargetRef::Balancer(id) => id.0.to_string().into(),
        TargetRef::Disk(id) => id.to_string().into(),
        TargetRef::Image(id) => id.to_string().into(),
        TargetRef::Unreadable(words) => words.clone(),
    };
    Judged {
        verdict: Verdict::Refuse(Fault::from(kind)),
        target: SubTarget::Unknown(words),
        was_running: false,
        same_as: None,
    }
}

/// Applies the admission rule to the verdicts and makes the job, if there is to be one.
fn accept_judged(
    world: &World,
    command: &Command,
    id: JobId,
    now: Time,
    judged: Vec<Judged>,
    chance: &mut Chance,
) -> Result<Plan, Fault> {
    let refused = |one: &Judged| matches!(one.verdict, Verdict::Refuse(_));
    let nothing_exists = judged.iter().all(|one| one.target.known().is_none());
    let stopped = match command.admission {
        Admission::EachOnItsOwn => nothing_exists,
        Admission::AllOrNothing => judged.iter().any(refused),
    };
    let makes_job = !stopped && !command.dry_run;
    let no_steps = command.operation.steps(false).is_empty();

    let mut subs: Vec<SubJob> = Vec::with_capacity(judged.len());
    let mut places: Vec<u32> = Vec::with_capacity(judged.len());
    let mut answers: Vec<TargetAnswer> = Vec::with_capacity(judged.len());
    for one in judged {
        let place = match one.same_as {
            Some(earlier) => places[earlier],
            None => u32::try_from(subs.len()).expect("bounded by TARGETS_MAX"),
        };
        places.push(place);
        answers.push(TargetAnswer {
            verdict: one.verdict.clone(),
            target: one.target.known(),
            sub: makes_job.then(|| id.sub(place)),
        });
        if one.same_as.is_none() && makes_job {
            subs.push(sub_job(one, no_steps, now));
        }
    }
    let receipt = Receipt { job: makes_job.then_some(id), answers, made: Vec::new() };
    if !makes_job {
        return Ok(Plan { receipt, accepted: None, edited: None });
    }
    let mut job = new_job(command, id, now, subs);
    name_parts(world, &mut job, now, chance);
    job.operation.choose(world, command.project, id.sub(0), chance)?;
    if let (Operation::Delete(delete), Some(owner)) =
        (&mut job.operation, world.project(command.project))
    {
        delete.keep_in(owner.recycle_bin, now);
    }
    let token = token(command, &receipt, now);
    let New { servers, balancers, disks, images: _ } = New::default();
    let images = image_to_make(world, &job, now);
    let accepted = JobAccepted { job, servers, balancers, disks, images, token };
    Ok(Plan { receipt, accepted: Some(Box::new(accepted)), edited: None })
}

fn sub_job(judged: Judged, no_steps: bool, now: Time) -> SubJob {
    let (state, fault) = match judged.verdict {
        Verdict::Admit if no_steps => (SubState::Succeeded, None),
        Verdict::Admit => (SubState::Waiting, None),
        Verdict::AlreadySo(_) => (SubState::Succeeded, None),
        Verdict::Refuse(fault) => (SubState::Refused, Some(Arc::new(fault))),
    };
    SubJob {
        target: judged.target,
        state,
        step: 0,
        retries: 0,
        was_running: judged.was_running,
        began_at: state.ended().then_some(now),
        ended_at: state.ended().then_some(now),
        fault,
    }
}

/// What a job makes, as it is before it is made.
#[derive(Default)]
struct New {
    servers: Vec<Server>,
    balancers: Vec<LoadBalancer>,
    disks: Vec<Disk>,
    images: Vec<OwnImage>,
}

fn accept_new(command: &Command, id: JobId, now: Time, targets: Vec<Target>, made: New) -> Plan {
    let makes_job = !command.dry_run;
    let answers: Vec<TargetAnswer> = targets
        .iter()
        .zip(0..)
        .map(|(target, index)| TargetAnswer {
            verdict: Verdict::Admit,
            target: makes_job.then_some(*target),
            sub: makes_job.then(|| id.sub(index)),
        })
        .collect();
    let receipt = Receipt { job: makes_job.then_some(id), answers, made: Vec::new() };
    if !makes_job {
        return Plan { receipt, accepted: None, edited: None };
    }
    let subs = targets
        .into_iter()
        .map(|target| SubJob {
            target: SubTarget::Known(target),
            state: SubState::Waiting,
            step: 0,
            retries: 0,
            was_running: false,
            began_at: None,
            ended_at: None,
            fault: None,
        })
        .collect();
    let job = new_job(command, id, now, subs);
    let token = token(command, &receipt, now);
    let New { servers, balancers, disks, images } = made;
    let accepted = JobAccepted { job, servers, balancers, disks, images, token };
    let accepted = Some(Box::new(accepted));
    Plan { receipt, accepted, edited: None }
}

fn new_job(command: &Command, id: JobId, now: Time, subs: Vec<SubJob>) -> Job {
    let mut orders = command.orders.clone();
    if command.operation.takes_turns() {
        orders.waves = vec![Share::Count(1)];
        orders.max_failures = Some(Share::Count(0));
    }
    let course = orders.steers().then(|| Box::new(Course::new(&orders, &subs, now)));
    Job {
        id,
        project: command.project,
        request: command.request,
        dialect: command.dialect.into(),
        principal: command.principal.clone(),
        operation: command.operation.clone(),
        orders,
        course,
        parent: command.parent,
        with_secret: command.secret.is_some(),
        accepted_at: now,
        ended_at: None,
        tally: Tally::of(&subs),
        subs,
    }
}

fn token(command: &Command, receipt: &Receipt, now: Time) -> Option<Token> {
    let claim = command.token.as_ref()?;
    let expires_at = now.after_ms(limits::TOKEN_LIFE_MS);
    Some(Token::new(command.project, claim, receipt.clone(), expires_at))
}

/// The image that is made of the one server whose turn it is, unless that refused.
fn image_to_make(world: &World, job: &Job, now: Time) -> Vec<OwnImage> {
    let Operation::MakeImage(make) = &job.operation else { return Vec::new() };
    let image = job.subs.first().filter(|sub| sub.state == SubState::Waiting).and_then(|sub| {
        let server = world.server(sub.target.known()?.server()?)?;
        make.mint(world, server, job.id.sub(0), now)
    });
    image.into_iter().collect()
}

/// Listeners and rules get their ids and their age when they are ordered, since the caller is told
/// them at once.
fn name_parts(world: &World, job: &mut Job, now: Time, chance: &mut Chance) {
    let listeners = || world.balancers().flat_map(|balancer| &balancer.listeners);
    let has_listener = |id| listeners().any(|listener| listener.id == ListenerId(id));
    let has_rule = |id| listeners().any(|listener| listener.rule(RuleId(id)).is_some());
    if let Operation::CreateListeners(create) = &mut job.operation {
        for listener in &mut create.listeners {
            listener.created_at = Some(now);
            listener.id = ListenerId(fresh(chance, has_listener));
        }
    }
    if let Operation::CreateRules(create) = &mut job.operation {
        for rule in &mut create.rules {
            rule.created_at = Some(now);
            rule.id = RuleId(fresh(chance, has_rule));
        }
    }
    if let Operation::RedirectToHttps(redirect) = &mut job.operation
        && let Some(Target::Balancer(id)) = job.subs.first().and_then(|sub| sub.target.known())
        && let Some(balancer) = world.balancer(id)
    {
        let listener = Some(ListenerId(fresh(chance, has_listener)));
        let count = redirect.rules_count(balancer);
        let rules = (0..count).map(|_| RuleId(fresh(chance, has_rule))).collect();
        redirect.mint = Mint { listener, rules, at: Some(now) };
    }
}

fn fresh(chance: &mut Chance, taken: impl Fn(Handle) -> bool) -> Handle {
    loop {
        let handle = Handle::fold(chance.next_u64());
        if !taken(handle) {
            return handle;
        }
    }
}
