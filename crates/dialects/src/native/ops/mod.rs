//! One file per operation.

pub(super) mod add_webhook;
pub(super) mod approve_wave;
pub(super) mod cancel_job;
pub(super) mod create_credential;
pub(super) mod delete_credential;
pub(super) mod follow_events;
pub(super) mod list_credentials;
pub(super) mod list_dead_letters;
pub(super) mod list_jobs;
pub(super) mod list_servers;
pub(super) mod list_sub_jobs;
pub(super) mod list_webhooks;
pub(super) mod redeliver;
pub(super) mod remove_webhook;
pub(super) mod retry_job;
pub(super) mod rules;
pub(super) mod show_job;
pub(super) mod show_server;
pub(super) mod show_webhook;
pub(super) mod submit;
pub(super) mod tokens;
