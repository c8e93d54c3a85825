//! A whole plane in memory for goldens: a core engine, a store that forgets, a driver that does
//! everything at once, and a gate that knows two keys.

pub mod definitions;
pub mod doubles;
pub mod golden_file;
pub mod plane;
pub mod scene;
pub mod tencent_definitions;
