//! The only place where all rooms meet.
