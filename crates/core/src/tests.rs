//! Tests of the core as a whole, by theme.

mod alarms;
mod balancers;
mod charging;
mod disaster;
mod disks;
mod edits;
mod gateways;
mod holds;
mod images;
mod interfaces;
mod launch_templates;
mod laws;
mod orders;
mod plane;
mod records;
mod recycle_bin;
mod scheduled_events;
mod story;
mod unasked;
mod webhooks;
