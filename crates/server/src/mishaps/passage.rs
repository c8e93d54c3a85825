//! A request on its way: what a rule at a stage does to it.

use std::time::Duration;

use regiment_core::model::{Fault, FaultKind, ProjectId, Server};
use regiment_dialects::rules::{Effect, Failure, Met, Named, Occasion, Span, Stage};
use regiment_dialects::wire::Delivery;
use regiment_dialects::{Answer, Context, Dialect, Request};

use super::Mishaps;
use crate::closing::Closing;

/// Whose request it is, as far as rules want to know.
#[derive(Clone, Copy)]
pub struct Passage<'a> {
    pub dialect: &'a dyn Dialect,
    pub request: &'a Request<'a>,
    pub context: &'a Context<'a>,
    pub action: &'a str,
    pub operation: Option<&'static str>,
    pub project: Option<ProjectId>,
}

/// How it goes on.
pub enum Way {
    On,
    /// It ends here, with this answer.
    Ends(Answer),
}

impl Mishaps {
    /// What a request meets at a stage, `servers` being those it is about.
    pub fn meet_at(&self, stage: Stage, passage: &Passage<'_>, servers: &[&Server]) -> Option<Met> {
        let occasion = Occasion {
            stage,
            dialect: passage.dialect.name(),
            action: passage.action,
            operation: passage.operation,
            project: passage.project,
            servers,
        };
        self.meet(&occasion, passage.context.now)
    }

    /// Before anything is done for a request.
    pub async fn before(&self, met: Met, passage: &Passage<'_>, closing: &Closing) -> Way {
        let Met { rule, effect } = met;
        match effect {
            Effect::Delay(_) | Effect::Hang => {
                self.wait(rule, &effect, closing).await;
                Way::On
            }
            Effect::Malformed | Effect::Truncated => {
                let answer = passage.dialect.unavailable(passage.request, passage.context);
                Way::Ends(spoil(&effect, answer))
            }
            effect => Way::Ends(passage.instead(&effect)),
        }
    }

    /// When all is done and the answer is on its way.
    pub async fn after(
        &self,
        met: Met,
        passage: &Passage<'_>,
        answer: Answer,
        closing: &Closing,
    ) -> Answer {
        let Met { rule, effect } = met;
        match effect {
            Effect::Delay(_) | Effect::Hang => {
                self.wait(rule, &effect, closing).await;
                answer
            }
            Effect::Malformed | Effect::Truncated | Effect::Reset | Effect::Lost => {
                spoil(&effect, answer)
            }
            effect => passage.instead(&effect),
        }
    }

    async fn wait(&self, rule: u64, effect: &Effect, closing: &Closing) {
        let mut closing = closing.clone();
        let pause = async {
            match effect {
                Effect::Delay(Span(ms)) => {
                    tokio::time::sleep(Duration::from_millis(ms.unsigned_abs())).await;
                }
                _ => self.gone(rule).await,
            }
        };
        tokio::select! {
            () = pause => {}
            () = closing.begun() => {}
        }
    }
}

impl Passage<'_> {
    /// The answer of somebody who does not carry a request out.
    fn instead(&self, effect: &Effect) -> Answer {
        let Passage { dialect, request, context, .. } = self;
        let refuse = |fault: &Fault| dialect.refuse(request, context, fault);
        match effect {
            Effect::Fail(Failure::Named(Named(kind))) => refuse(&(*kind).into()),
            Effect::Fail(Failure::Raw(raw)) => dialect.refuse_with(request, context, raw),
            Effect::Throttle => refuse(&FaultKind::Throttled.into()),
            Effect::Status(status) => page(*status),
            Effect::Reset => Answer::empty(503).delivered(Delivery::Reset),
            Effect::Lost => Answer::empty(503).delivered(Delivery::Lost),
            Effect::Delay(_)
            | Effect::Hang
            | Effect::Slow(_)
            | Effect::Malformed
            | Effect::Truncated
            | Effect::AgentMissing
            | Effect::HostDown
            | Effect::HostUp => dialect.unavailable(request, context),
        }
    }
}

/// The page of the proxy that stands before a cloud when the cloud does not answer it.
fn page(status: u16) -> Answer {
    let words =
        hyper::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let title = format!("{status} {}", words.unwrap_or("Error"));
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         </body>\r\n</html>\r\n"
    );
    Answer::new(status, "text/html", page).with_code("injected")
}

fn spoil(effect: &Effect, mut answer: Answer) -> Answer {
    let delivery = match effect {
        Effect::Malformed => {
            let half = answer.body.len() / 2;
            answer.body.truncate(half);
            return answer;
        }
        Effect::Truncated => Delivery::Truncated,
        Effect::Reset => Delivery::Reset,
        _ => Delivery::Lost,
    };
    answer.delivered(delivery)
}
