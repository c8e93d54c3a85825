//! Load balancers: version 2018-03-17.

pub mod balancers;
pub mod batch_deregister_members;
pub mod batch_register_members;
pub mod batch_weigh_members;
pub mod change_listener;
pub mod change_load_balancer;
pub mod create_listeners;
pub mod create_load_balancers;
pub mod delete_listeners;
pub mod delete_load_balancers;
pub mod deregister_members;
pub mod jobs;
pub mod listeners;
pub mod member_health;
pub mod members;
pub mod register_members;
pub mod task_status;
pub mod weigh_members;
