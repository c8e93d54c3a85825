//! What holds whatever is asked: list, show and job query never contradict each other; every query
//! parameter does what it says.

mod agreement;
mod client;
mod parameters;
