//! One request with its caller known: what every action is given.

use std::sync::Arc;

use regiment_core::command::{AlreadySo, Command, TargetRef};
use regiment_core::model::{ProjectId, RequestId};
use regiment_core::ops::Operation;

use super::params::{Fields, Params};
use crate::{Caller, Context};

#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub params: &'a Params<'a>,
    pub context: &'a Context<'a>,
    pub caller: &'a Caller,
}

impl<'a> Call<'a> {
    pub const fn fields(&self) -> Fields<'a> {
        self.params.fields()
    }

    pub const fn project(&self) -> ProjectId {
        self.caller.project
    }

    /// The region as the caller names it: everything is in whichever one is asked for.
    pub fn region(&self) -> Arc<str> {
        self.params.get("Region").filter(|region| !region.is_empty()).unwrap_or("gz").into()
    }

    pub fn issuer(&self) -> Issuer {
        Issuer {
            project: self.caller.project,
            principal: self.caller.access_key.clone(),
            request: self.context.request,
        }
    }
}

/// Who a command is from. Outlives the request, for commands that need a look at the world first.
#[derive(Clone)]
pub struct Issuer {
    pub project: ProjectId,
    pub principal: Arc<str>,
    pub request: RequestId,
}

impl Issuer {
    /// A command. What already is as ordered is refused: this vendor demands the state before.
    pub fn command(&self, operation: Operation, targets: Vec<TargetRef>) -> Command {
        let mut command = Command::new(
            self.project,
            self.principal.clone(),
            "tencent_v2",
            self.request,
            operation,
            targets,
        );
        command.already_so = AlreadySo::Refused;
        command
    }
}
