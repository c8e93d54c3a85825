//! Networks and the ways out of them, one file for each kind. What they share stands in
//! `gateways`.
//!
//! Deliberately absent: making networks and subnets, and routes.

pub mod classic_links;
pub mod domains;
pub mod lines;
pub mod nat_gateways;
pub mod networks;
pub mod peerings;
pub mod sites;
pub mod translations;
pub mod tunnels;
pub mod vpn_gateways;
