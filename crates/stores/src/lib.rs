//! Where state is durable.
