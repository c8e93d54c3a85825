//! What makes servers real.
