//! What all of Tencent Cloud's APIs say alike: how things are named, how forms are read, and the
//! signature over every parameter.
//!
//! Deliberately absent: anything with an envelope. What is said of a refusal is each API's own.

pub mod accounts;
pub mod charging;
pub mod disks;
pub mod form;
pub mod fresh;
pub mod health;
pub mod hints;
pub mod host;
pub mod hostname;
pub mod ids;
pub mod images;
pub mod key_pairs;
pub mod prices;
pub mod regions;
pub mod shapes;
pub mod signature;
pub mod status;
pub mod times;
pub mod zones;
