//! The nouns: what the world is made of. Plain data, no behaviour beyond what keeps it consistent.

mod asset;
mod balancer;
mod catalog;
mod disk;
mod fault;
mod gateway;
mod ids;
mod image;
mod interface;
mod job;
mod launch_template;
mod network;
mod orders;
mod public_address;
mod runs;
mod scheduled_event;
mod server;
mod time;
mod webhook;

pub use asset::{Asset, AssetKey, KeyPair, ServerGroup};
pub use balancer::{
    Backend, BalancerState, Certificates, ForwardingRule, HealthCheck, Hints, Listener,
    LoadBalancer, Member, Membership, Place, Probe, Protocol, Reach, Redirection,
};
pub use catalog::{
    Credential, Flavor, Host, Image, ImageSource, OsFamily, Project, Quota, RecycleBin, Role,
};
pub use disk::{Attachment, Disk, DiskPhase};
pub use fault::{Fault, FaultKind};
pub use gateway::{
    AddressRange, Domain, DomainRule, Gateway, Peering, PeeringState, Translation, Tunnel, Way,
    WaySort,
};
pub use ids::{
    GatewayId, Handle, ImageId, JobId, LaunchTemplateId, ListenerId, LoadBalancerId, NetworkId,
    PortId, ProjectId, PublicAddressId, RequestId, RuleId, ScheduledEventId, ServerGroupId,
    ServerId, SubJobId, TemplateVersionId, VolumeId, WebhookId,
};
pub use image::{ImageOrigin, ImagePhase, ImageShare, OwnImage};
pub use interface::Interface;
pub use job::{Job, Outcome, SubJob, SubState, SubTarget, Tally, Target};
pub use launch_template::{LaunchTemplate, TemplateVersion};
pub use network::{Cidr, Direction, Remote, Rule, SecurityGroup, Subnet, Vpc};
pub use orders::{Attempt, Course, Gate, Mark, Orders, Retry, Share};
pub use public_address::{LeadsTo, PublicAddress};
pub use scheduled_event::{ScheduledEvent, Stage};
pub use server::{
    Activity, Busy, Details, HintChanges, Last, Nic, Phase, Power, Recycled, Server, Tag, Volume,
};
pub(crate) use server::{change_hints, reword};
pub use time::Time;
pub use webhook::{DeadLetter, Webhook};
