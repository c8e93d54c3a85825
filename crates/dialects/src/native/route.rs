//! Which path is which operation.

use regiment_core::model::{JobId, Role};

use super::faults::Refusal;
use super::{Call, ROOT, contract, ops};
use crate::{Action, Context, Request};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Open(Open),
    ListServers,
    ShowServer,
    Submit,
    ListJobs,
    ShowJob,
    ListSubJobs,
    Cancel,
    Approve,
    Retry,
    ListRules,
    AddRules,
    ClearRules,
    ShowRule,
    RemoveRule,
    ListCredentials,
    CreateCredential,
    DeleteCredential,
    FollowEvents,
    AddWebhook,
    ListWebhooks,
    ShowWebhook,
    RemoveWebhook,
    ListDeadLetters,
    Redeliver,
}

/// What anyone may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    Contract,
    Tokens,
}

/// Each operation with its method and its path, as the contract writes them.
pub(super) const TABLE: &[(&str, &str, Route)] = &[
    ("GET", "openapi.json", Route::Open(Open::Contract)),
    ("POST", "tokens", Route::Open(Open::Tokens)),
    ("GET", "servers", Route::ListServers),
    ("GET", "servers/{server_id}", Route::ShowServer),
    ("POST", "jobs", Route::Submit),
    ("GET", "jobs", Route::ListJobs),
    ("GET", "jobs/{job_id}", Route::ShowJob),
    ("GET", "jobs/{job_id}/sub-jobs", Route::ListSubJobs),
    ("POST", "jobs/{job_id}/cancel", Route::Cancel),
    ("POST", "jobs/{job_id}/approve", Route::Approve),
    ("POST", "jobs/{job_id}/retry", Route::Retry),
    ("GET", "faults", Route::ListRules),
    ("POST", "faults", Route::AddRules),
    ("DELETE", "faults", Route::ClearRules),
    ("GET", "faults/{rule_id}", Route::ShowRule),
    ("DELETE", "faults/{rule_id}", Route::RemoveRule),
    ("GET", "credentials", Route::ListCredentials),
    ("POST", "credentials", Route::CreateCredential),
    ("DELETE", "credentials/{access_key}", Route::DeleteCredential),
    ("GET", "events", Route::FollowEvents),
    ("POST", "webhooks", Route::AddWebhook),
    ("GET", "webhooks", Route::ListWebhooks),
    ("GET", "webhooks/{webhook_id}", Route::ShowWebhook),
    ("DELETE", "webhooks/{webhook_id}", Route::RemoveWebhook),
    ("GET", "webhooks/{webhook_id}/dead-letters", Route::ListDeadLetters),
    ("POST", "webhooks/{webhook_id}/redeliver", Route::Redeliver),
];

impl Route {
    pub fn of(request: &Request<'_>) -> Result<Route, Refusal> {
        let path = request.path.strip_prefix(ROOT).unwrap_or_default();
        let mut there = TABLE.iter().filter(|(_, template, _)| fits(template, path)).peekable();
        if there.peek().is_none() {
            return Err(Refusal::no_such_path(request.path));
        }
        let methods: Vec<&str> = there.clone().map(|(method, _, _)| *method).collect();
        there
            .find(|(method, _, _)| *method == request.method)
            .map(|(_, _, route)| *route)
            .ok_or_else(|| Refusal::wrong_method(&methods))
    }

    pub const fn is_open(self) -> Option<Open> {
        match self {
            Route::Open(open) => Some(open),
            Route::ListServers
            | Route::ShowServer
            | Route::Submit
            | Route::ListJobs
            | Route::ShowJob
            | Route::ListSubJobs
            | Route::Cancel
            | Route::Approve
            | Route::Retry
            | Route::ListRules
            | Route::AddRules
            | Route::ClearRules
            | Route::ShowRule
            | Route::RemoveRule
            | Route::ListCredentials
            | Route::CreateCredential
            | Route::DeleteCredential
            | Route::FollowEvents
            | Route::AddWebhook
            | Route::ListWebhooks
            | Route::ShowWebhook
            | Route::RemoveWebhook
            | Route::ListDeadLetters
            | Route::Redeliver => None,
        }
    }

    /// The role that may look at it. What an order needs, the order itself says.
    const fn shown_to(self) -> Role {
        match self {
            Route::ListCredentials
            | Route::ListRules
            | Route::AddRules
            | Route::ClearRules
            | Route::ShowRule
            | Route::RemoveRule => Role::Admin,
            Route::Open(_)
            | Route::ListServers
            | Route::ShowServer
            | Route::Submit
            | Route::ListJobs
            | Route::ShowJob
            | Route::ListSubJobs
            | Route::Cancel
            | Route::Approve
            | Route::Retry
            | Route::CreateCredential
            | Route::DeleteCredential
            | Route::FollowEvents
            | Route::AddWebhook
            | Route::ListWebhooks
            | Route::ShowWebhook
            | Route::RemoveWebhook
            | Route::ListDeadLetters
            | Route::Redeliver => Role::Reader,
        }
    }

    pub fn decode(self, call: &Call<'_>) -> Result<Action, Refusal> {
        let action = self.asked(call)?;
        Ok(match self.shown_to() {
            Role::Reader => action,
            role @ (Role::Operator | Role::Admin) => Action::Reserved(role, Box::new(action)),
        })
    }

    fn asked(self, call: &Call<'_>) -> Result<Action, Refusal> {
        match self {
            Route::Open(open) => open.decode(call.request, call.context),
            Route::ListServers => ops::list_servers::decode(call),
            Route::ShowServer => ops::show_server::decode(call),
            Route::Submit => ops::submit::decode(call),
            Route::ListJobs => ops::list_jobs::decode(call),
            Route::ShowJob => ops::show_job::decode(call),
            Route::ListSubJobs => ops::list_sub_jobs::decode(call),
            Route::Cancel => ops::cancel_job::decode(call),
            Route::Approve => ops::approve_wave::decode(call),
            Route::Retry => ops::retry_job::decode(call),
            Route::ListRules => ops::rules::list_rules::decode(call),
            Route::AddRules => ops::rules::add_rules::decode(call),
            Route::ClearRules => ops::rules::clear_rules::decode(call),
            Route::ShowRule => ops::rules::show_rule::decode(call),
            Route::RemoveRule => ops::rules::remove_rule::decode(call),
            Route::ListCredentials => ops::list_credentials::decode(call),
            Route::CreateCredential => ops::create_credential::decode(call),
            Route::DeleteCredential => ops::delete_credential::decode(call),
            Route::FollowEvents => ops::follow_events::decode(call),
            Route::AddWebhook => ops::add_webhook::decode(call),
            Route::ListWebhooks => ops::list_webhooks::decode(call),
            Route::ShowWebhook => ops::show_webhook::decode(call),
            Route::RemoveWebhook => ops::remove_webhook::decode(call),
            Route::ListDeadLetters => ops::list_dead_letters::decode(call),
            Route::Redeliver => ops::redeliver::decode(call),
        }
    }
}

impl Open {
    pub fn decode(self, request: &Request<'_>, context: &Context<'_>) -> Result<Action, Refusal> {
        match self {
            Open::Contract => contract::decode(request),
            Open::Tokens => ops::tokens::decode(request, context),
        }
    }
}

/// Whether a path is one of a template, in which a part in braces stands for anything but nothing.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) => {
                let open = wanted.starts_with('{') && !given.is_empty();
                if !open && wanted != given {
                    return false;
                }
            }
            (None, Some(_)) | (Some(_), None) => return false,
        }
    }
}

impl Call<'_> {
    /// The part of the path that stands for the thing asked for: what the template has in braces.
    pub fn named(&self) -> String {
        // Three parts lead to it: the root's two and the kind of thing.
        self.request.segments().into_iter().nth(3).unwrap_or_default().into_owned()
    }

    /// The job that the path names.
    pub fn job(&self) -> Result<JobId, Refusal> {
        let name = self.named();
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        let number = name.parse().ok().filter(|_| plain);
        number.map(JobId).ok_or_else(|| Refusal::no_such("job", &name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_in_braces_is_one_part_that_is_there() {
        assert!(fits("jobs/{job_id}", "jobs/7"));
        for path in ["jobs", "jobs/", "jobs/7/", "jobs/7/sub-jobs", "", "servers/7"] {
            assert!(!fits("jobs/{job_id}", path), "{path}");
        }
    }
}
