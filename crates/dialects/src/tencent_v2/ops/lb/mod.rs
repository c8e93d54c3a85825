//! Load balancers: classic ones, whose instances are behind all of their listeners, and application
//! ones, whose instances are behind one listener or one of its rules.

pub mod application_backends;
pub mod application_listeners;
pub mod backends;
pub mod balancer_prices;
pub mod balancers;
pub mod certificates;
pub mod change_domain;
pub mod change_listener;
pub mod change_load_balancer;
pub mod change_rule;
pub mod clone_load_balancer;
pub mod create_listeners;
pub mod create_load_balancers;
pub mod create_rules;
pub mod delete_listeners;
pub mod delete_load_balancers;
pub mod delete_rules;
pub mod deregister_backends;
pub mod deregister_members;
pub mod end_redirections;
pub mod listeners;
pub mod member_health;
pub mod move_members;
pub mod redirect;
pub mod redirect_to_https;
pub mod redirections;
pub mod register_backends;
pub mod register_members;
pub mod replace_certificate;
pub mod weigh_backends;
pub mod weigh_members;
