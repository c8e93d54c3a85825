//! A dialect for these tests: paths are verbs, bodies are lists of ids, answers are words.

use regiment_core::command::{Command, Receipt, TargetAnswer, TargetRef};
use regiment_core::model::{Fault, JobId, ServerId};
use regiment_core::ops::{Force, Operation, PasswordFit, ResetPassword, Start, Stop};
use regiment_core::vault::Secret;
use regiment_core::view::View;
use regiment_dialects::rules::Raw;
use regiment_dialects::{Action, Answer, Caller, Context, Dialect, Rehearsal, Request};

pub struct Plain;

pub static ALL: &[&dyn Dialect] = &[&Plain];

pub const BODY_BYTES_MAX: usize = 100_000;

fn text(status: u16, text: impl Into<String>) -> Answer {
    Answer::new(status, "text/plain", text.into())
}

impl Dialect for Plain {
    fn name(&self) -> &'static str {
        "plain"
    }

    fn body_bytes_max(&self) -> usize {
        BODY_BYTES_MAX
    }

    fn too_large(&self, _context: &Context<'_>) -> Answer {
        text(413, "too large")
    }

    fn recognizes(&self, request: &Request<'_>) -> bool {
        assert_ne!(request.path, "/test/panic-recognize", "as ordered");
        request.path.starts_with("/test/")
    }

    fn authenticate(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Result<Option<Caller>, Answer> {
        assert_ne!(request.path, "/test/panic-authenticate", "as ordered");
        let bearer = request.header("x-auth-token").and_then(|token| context.gate.bearer(token));
        let Some(bearer) = bearer else {
            return Err(text(401, "who are you").with_code("nobody"));
        };
        Ok(Some(Caller::from(bearer)))
    }

    fn refuse_with(&self, _request: &Request<'_>, _context: &Context<'_>, raw: &Raw) -> Answer {
        text(raw.status.unwrap_or(400), format!("{}: {}", raw.code, raw.message))
    }

    fn decode(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        caller: Option<&Caller>,
    ) -> Action {
        let caller = caller.expect("everyone is known").clone();
        let verb = request.path.strip_prefix("/test/").expect("recognized");
        let operation = match verb {
            "start" => Operation::Start(Start {}),
            "stop" => Operation::Stop(Stop { force: Force::Hard }),
            "password" => Operation::ResetPassword(ResetPassword {
                fit: PasswordFit::ANY,
                needs_stopped: false,
                stop_first: false,
            }),
            other => return look(other, request),
        };
        let named = String::from_utf8_lossy(request.body);
        let targets = named
            .split_whitespace()
            .map(|word| match ServerId::parse_dashed(word) {
                Some(id) => TargetRef::Server(id),
                None => TargetRef::Unreadable(word.into()),
            })
            .collect();
        let mut command = Command::new(
            caller.project,
            caller.access_key,
            "plain",
            context.request,
            operation,
            targets,
        );
        command.secret = request.header("x-password").map(Secret::new);
        let wait = request.query.strip_prefix("wait=").and_then(|ms| ms.parse().ok());
        let breaks = request.query == "panic";
        let answer = move |outcome: &Result<Receipt, Fault>, view: &View<'_>| {
            assert!(!breaks, "as ordered");
            match outcome {
                Ok(Receipt { job: Some(id), answers, made: _ }) => {
                    let ended = view.job(*id).is_some_and(|job| job.tally.ended());
                    let refused = answers.iter().filter(|answer| answer.refused()).count();
                    text(200, format!("{} {ended} {refused}", id.0))
                }
                Ok(Receipt { job: None, answers: _, made: _ }) => text(404, "no such server"),
                Err(fault) => text(400, fault.to_string()),
            }
        };
        match wait {
            Some(ms) => Action::order_and_wait(command, ms, answer),
            None => Action::order(command, answer),
        }
    }

    fn refuse(&self, _request: &Request<'_>, _context: &Context<'_>, fault: &Fault) -> Answer {
        text(400, fault.to_string())
    }

    fn rehearsed(
        &self,
        _request: &Request<'_>,
        _context: &Context<'_>,
        rehearsal: &Rehearsal<'_>,
        _view: &View<'_>,
    ) -> Answer {
        let verdict = |answer: &TargetAnswer| if answer.refused() { "no" } else { "yes" };
        match rehearsal.outcome {
            Ok(receipt) => {
                let verdicts: Vec<&str> = receipt.answers.iter().map(verdict).collect();
                text(200, verdicts.join(" "))
            }
            Err(fault) => text(400, fault.to_string()),
        }
    }

    fn unavailable(&self, _request: &Request<'_>, _context: &Context<'_>) -> Answer {
        text(503, "unavailable")
    }
}

fn look(verb: &str, request: &Request<'_>) -> Action {
    match verb {
        "echo" => Action::Answer(text(
            200,
            format!(
                "{} {} {} {} {} {}",
                request.method,
                request.path,
                request.query,
                request.header("host").unwrap_or("-"),
                request.body.len(),
                request.tls
            ),
        )),
        "servers" => Action::look(|view| {
            let ids: Vec<String> = view.world.servers().map(|s| s.id.to_string()).collect();
            text(200, ids.join(" "))
        }),
        "consult" => Action::consult(|view| {
            let count = view.world.servers_count();
            Action::consult(move |_| Action::Answer(text(200, count.to_string())))
        }),
        "forever" => Action::consult(forever),
        "panic-decode" => panic!("as ordered"),
        "panic-look" => Action::look(|_| panic!("as ordered")),
        "bad-header" => Action::Answer(text(200, "ok").with_header("x-bad", "a\r\nb")),
        "big" => Action::Answer(text(200, "x".repeat(8 << 20))),
        other => match other.strip_prefix("job/").and_then(|number| number.parse().ok()) {
            Some(number) => Action::look(move |view| match view.job(JobId(number)) {
                Some(job) => text(200, format!("{:?}", job.outcome())),
                None => text(404, "no such job"),
            }),
            None => Action::Answer(text(404, "no such verb")),
        },
    }
}

fn forever(_view: &View<'_>) -> Action {
    Action::consult(forever)
}
