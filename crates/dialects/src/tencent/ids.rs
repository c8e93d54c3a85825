//! How things are named here: a word for the kind, then the short id; servers also by a long one.

use std::fmt;

use regiment_core::command::TargetRef;
use regiment_core::model::{
    FaultKind, Gateway, GatewayId, Handle, ImageId, ListenerId, LoadBalancerId, NetworkId, PortId,
    ProjectId, PublicAddressId, RuleId, Server, ServerId, VolumeId, WaySort,
};
use regiment_core::world::{AnyDisk, World};

const INSTANCE: &str = "ins-";
const INSTANCE_LONG: &str = "qcvm";
pub const IMAGE: &str = "img-";
const DISK: &str = "disk-";
const BALANCER: &str = "lb-";
const LISTENER: &str = "lbl-";
const RULE: &str = "loc-";
const KEY_PAIR: &str = "skey-";

fn join(word: &str, id: impl fmt::Display) -> String {
    format!("{word}{id}")
}

pub fn instance(handle: Handle) -> String {
    join(INSTANCE, handle)
}

pub fn instance_long(id: ServerId) -> String {
    join(INSTANCE_LONG, id.plain())
}

/// Both forms; anything else is a name that nothing has.
pub fn read_instance(text: &str) -> TargetRef {
    let short = text.strip_prefix(INSTANCE).and_then(Handle::parse).map(TargetRef::Short);
    let long = || {
        let id = text.strip_prefix(INSTANCE_LONG).and_then(ServerId::parse_plain)?;
        Some(TargetRef::Server(id))
    };
    short.or_else(long).unwrap_or_else(|| TargetRef::Unreadable(text.into()))
}

/// What was read, as it is written.
pub fn target(target: &TargetRef) -> String {
    match target {
        TargetRef::Short(handle) => instance(*handle),
        TargetRef::Server(id) => instance_long(*id),
        TargetRef::Balancer(id) => balancer(*id),
        // This cloud's APIs that we speak name no disks.
        TargetRef::Disk(id) => id.to_string(),
        TargetRef::Image(id) => image(*id),
        TargetRef::Unreadable(text) => text.to_string(),
    }
}

/// The server a client names, if it is this project's.
pub fn find_instance<'w>(world: &'w World, project: ProjectId, text: &str) -> Option<&'w Server> {
    match read_instance(text) {
        TargetRef::Short(handle) => world.by_handle(handle),
        TargetRef::Server(id) => world.server(id),
        TargetRef::Balancer(_)
        | TargetRef::Disk(_)
        | TargetRef::Image(_)
        | TargetRef::Unreadable(_) => None,
    }
    .filter(|server| server.project == project)
}

/// The short id of an image is made of the whole long one: an operator who numbers images by hand
/// may well give them all the same end.
fn image_handle(id: ImageId) -> Handle {
    let (high, low) = ((id.0 >> 64) & u128::from(u64::MAX), id.0 & u128::from(u64::MAX));
    Handle::fold(u64::try_from(high ^ low).expect("64 bits fit"))
}

pub fn image(id: ImageId) -> String {
    join(IMAGE, image_handle(id))
}

/// The old, numeric id of an image: its short id read as a number to the base 36.
pub fn image_number(id: ImageId) -> u64 {
    image_handle(id).number()
}

/// The number in an image's short id.
pub fn image_digits(text: &str) -> Option<u64> {
    Some(Handle::parse(text.strip_prefix(IMAGE)?)?.number())
}

/// Whether the story of a fault of this kind is an image's id.
pub const fn tells_of_image(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::ImageNotFound
            | FaultKind::ImageBusy
            | FaultKind::ImageShared
            | FaultKind::ImageNotOwn
    )
}

pub fn balancer(id: LoadBalancerId) -> String {
    join(BALANCER, id.0)
}

pub fn read_balancer(text: &str) -> TargetRef {
    match text.strip_prefix(BALANCER).and_then(Handle::parse) {
        Some(handle) => TargetRef::Balancer(LoadBalancerId(handle)),
        None => TargetRef::Unreadable(text.into()),
    }
}

pub fn listener(id: ListenerId) -> String {
    join(LISTENER, id.0)
}

pub fn read_listener(text: &str) -> Option<ListenerId> {
    text.strip_prefix(LISTENER).and_then(Handle::parse).map(ListenerId)
}

pub fn rule(id: RuleId) -> String {
    join(RULE, id.0)
}

pub fn read_rule(text: &str) -> Option<RuleId> {
    text.strip_prefix(RULE).and_then(Handle::parse).map(RuleId)
}

pub fn disk(id: VolumeId) -> String {
    join(DISK, id.handle())
}

/// The project's disk that a client names.
pub fn find_disk<'w>(world: &'w World, project: ProjectId, text: &str) -> Option<AnyDisk<'w>> {
    let handle = text.strip_prefix(DISK).and_then(Handle::parse)?;
    world.all_disks(project).find(|disk| disk.id().handle() == handle)
}

/// The old, numeric id of a network or a subnet, in nine digits: some clients have no room for more.
pub fn network_number(id: NetworkId) -> u64 {
    id.handle().number() % 1_000_000_000
}

/// What the story of a fault names, as it is named here; nothing if it names nothing by its id.
pub fn in_story(kind: FaultKind, story: &str) -> Option<String> {
    let of_disk = matches!(
        kind,
        FaultKind::VolumeNotFound
            | FaultKind::VolumeInUse
            | FaultKind::VolumeNotAttached
            | FaultKind::VolumeNotSmaller
            | FaultKind::BootVolume
    );
    let of_nic =
        matches!(kind, FaultKind::NicNotFound | FaultKind::NicIsPrimary | FaultKind::NicTaken);
    if of_nic {
        PortId::parse_dashed(story).map(interface)
    } else if tells_of_image(kind) {
        ImageId::parse_dashed(story).map(image)
    } else if of_disk {
        VolumeId::parse_dashed(story).map(disk)
    } else {
        ServerId::parse_dashed(story).map(|id| instance(id.handle()))
    }
}

pub fn network(id: NetworkId) -> String {
    join("vpc-", id.handle())
}

pub fn subnet(id: NetworkId) -> String {
    join("subnet-", id.handle())
}

pub fn security_group(id: NetworkId) -> String {
    join("sg-", id.handle())
}

pub fn gateway(gateway: &Gateway) -> String {
    gateway_of(gateway.way.sort(), gateway.id)
}

pub fn gateway_of(sort: WaySort, id: GatewayId) -> String {
    let word = match sort {
        WaySort::Shared => "nat-",
        WaySort::Vpn => "vpngw-",
        WaySort::Site => "cgw-",
        WaySort::Tunnel => "vpnx-",
        WaySort::Line => "dcg-",
        WaySort::Peering => "pcx-",
        WaySort::Server => "vcx-",
    };
    join(word, id.handle())
}

/// The old, numeric id of a gateway, in nine digits like a network's.
pub fn gateway_number(id: GatewayId) -> u64 {
    id.handle().number() % 1_000_000_000
}

pub fn public_address(id: PublicAddressId) -> String {
    join("eip-", id.handle())
}

pub fn interface(port: PortId) -> String {
    join("eni-", port.handle())
}

/// The one of these that a client names.
pub fn find<T: Copy>(
    all: impl Iterator<Item = T>,
    named: &str,
    shown: fn(T) -> String,
) -> Option<T> {
    all.into_iter().find(|one| shown(*one) == named)
}

/// Whether the words have the form of an image's id.
pub fn may_be_image(text: &str) -> bool {
    text.strip_prefix(IMAGE).is_some_and(|handle| Handle::parse(handle).is_some())
}

/// Whether the words have the form of a key pair's id.
pub fn may_be_key_pair(text: &str) -> bool {
    text.strip_prefix(KEY_PAIR).is_some_and(|handle| Handle::parse(handle).is_some())
}

/// Key pairs have names in the core: their ids here are made of what they were called first.
pub fn key_pair(name: &str) -> String {
    let digest = crate::sign::sha256(name.as_bytes());
    let bits = digest[..6].iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
    join(KEY_PAIR, Handle::fold(bits))
}
