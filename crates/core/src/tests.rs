//! Tests of the core as a whole, by theme.

mod alarms;
mod disaster;
mod laws;
mod plane;
mod records;
mod recycle_bin;
mod story;
