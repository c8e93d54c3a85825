//! Tests of the core as a whole, by theme.

mod alarms;
mod disaster;
mod edits;
mod laws;
mod plane;
mod records;
mod story;
