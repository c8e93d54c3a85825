//! What holds whatever is asked: list, show and job query never contradict each other.

mod agreement;
