//! Load balancers: classic ones, whose instances are behind all of their listeners, and application
//! ones, whose instances are behind one listener or one of its rules.

pub mod application_backends;
pub mod application_listeners;
pub mod backends;
pub mod balancer_prices;
pub mod balancers;
pub mod change_listener;
pub mod change_load_balancer;
pub mod create_listeners;
pub mod create_load_balancers;
pub mod delete_listeners;
pub mod delete_load_balancers;
pub mod deregister_backends;
pub mod deregister_members;
pub mod listeners;
pub mod member_health;
pub mod register_backends;
pub mod register_members;
pub mod weigh_backends;
pub mod weigh_members;
