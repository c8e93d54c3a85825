//! What holds whatever is asked: list, show and job query never contradict each other; every query
//! parameter does what it says; states are those of the vendor's table.

mod agreement;
mod client;
mod parameters;
mod states;
