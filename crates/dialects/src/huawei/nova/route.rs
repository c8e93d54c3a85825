//! Which path is which operation.

use std::borrow::Cow;

use super::NovaCall;
use super::action;
use super::faults::Refusal;
use super::ops::{
    availability_zones, create, delete, flavors, instance_actions, interfaces, key_pairs, limits,
    list_servers, metadata, remote_console, rename, security_groups, server_groups,
    server_password, show_server, volumes,
};
use crate::Action;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) enum Route<'a> {
    Create,
    /// Whether in detail.
    ListServers(bool),
    ShowServer(Cow<'a, str>),
    Rename(Cow<'a, str>),
    Delete(Cow<'a, str>),
    Act(Cow<'a, str>),
    ListActions(Cow<'a, str>),
    /// The server, and the request that ordered it.
    ShowAction(Cow<'a, str>, Cow<'a, str>),
    RemoteConsole(Cow<'a, str>),
    ShowPassword(Cow<'a, str>),
    DeletePassword(Cow<'a, str>),
    ShowMetadata(Cow<'a, str>),
    /// Whether what is there is forgotten first.
    ChangeMetadata(bool, Cow<'a, str>),
    /// The server, and the key.
    ShowMetadataItem(Cow<'a, str>, Cow<'a, str>),
    UpdateMetadataItem(Cow<'a, str>, Cow<'a, str>),
    DeleteMetadataItem(Cow<'a, str>, Cow<'a, str>),
    /// Whether in detail.
    Flavors(bool),
    ShowFlavor(Cow<'a, str>),
    ExtraSpecs(Cow<'a, str>),
    AvailabilityZones,
    CreateKeyPair,
    ListKeyPairs,
    ShowKeyPair(Cow<'a, str>),
    DeleteKeyPair(Cow<'a, str>),
    ListVolumes(Cow<'a, str>),
    AttachVolume(Cow<'a, str>),
    /// The server, and the volume.
    ShowVolume(Cow<'a, str>, Cow<'a, str>),
    DetachVolume(Cow<'a, str>, Cow<'a, str>),
    ListInterfaces(Cow<'a, str>),
    AttachInterface(Cow<'a, str>),
    /// The server, and the port.
    ShowInterface(Cow<'a, str>, Cow<'a, str>),
    DetachInterface(Cow<'a, str>, Cow<'a, str>),
    Limits,
    ListSecurityGroups(Cow<'a, str>),
    CreateServerGroup,
    ListServerGroups,
    ShowServerGroup(Cow<'a, str>),
    DeleteServerGroup(Cow<'a, str>),
}

/// The operation of a method and a path cut at its slashes, and the project in the path.
pub(in crate::huawei) fn find<'a>(
    method: &str,
    parts: &[Cow<'a, str>],
) -> Option<(Route<'a>, Cow<'a, str>)> {
    let words: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    let ["v2" | "v2.1", _, rest @ ..] = words.as_slice() else { return None };
    let part = |at: usize| parts[at].clone();
    let route = match (method, rest) {
        ("POST", ["servers"]) => Route::Create,
        ("GET", ["servers"]) => Route::ListServers(false),
        ("GET", ["servers", "detail"]) => Route::ListServers(true),
        ("GET", ["servers", _]) => Route::ShowServer(part(3)),
        ("PUT", ["servers", _]) => Route::Rename(part(3)),
        ("DELETE", ["servers", _]) => Route::Delete(part(3)),
        ("POST", ["servers", _, "action"]) => Route::Act(part(3)),
        ("GET", ["servers", _, "os-instance-actions"]) => Route::ListActions(part(3)),
        ("GET", ["servers", _, "os-instance-actions", _]) => Route::ShowAction(part(3), part(5)),
        ("POST", ["servers", _, "remote-consoles"]) => Route::RemoteConsole(part(3)),
        ("GET", ["servers", _, "os-server-password"]) => Route::ShowPassword(part(3)),
        ("DELETE", ["servers", _, "os-server-password"]) => Route::DeletePassword(part(3)),
        ("GET", ["servers", _, "metadata"]) => Route::ShowMetadata(part(3)),
        ("PUT", ["servers", _, "metadata"]) => Route::ChangeMetadata(true, part(3)),
        ("POST", ["servers", _, "metadata"]) => Route::ChangeMetadata(false, part(3)),
        ("GET", ["servers", _, "metadata", _]) => Route::ShowMetadataItem(part(3), part(5)),
        ("PUT", ["servers", _, "metadata", _]) => Route::UpdateMetadataItem(part(3), part(5)),
        ("DELETE", ["servers", _, "metadata", _]) => Route::DeleteMetadataItem(part(3), part(5)),
        ("GET", ["flavors"]) => Route::Flavors(false),
        ("GET", ["flavors", "detail"]) => Route::Flavors(true),
        ("GET", ["flavors", _]) => Route::ShowFlavor(part(3)),
        ("GET", ["flavors", _, "os-extra_specs"]) => Route::ExtraSpecs(part(3)),
        ("POST", ["os-keypairs"]) => Route::CreateKeyPair,
        ("GET", ["os-keypairs"]) => Route::ListKeyPairs,
        ("GET", ["os-keypairs", _]) => Route::ShowKeyPair(part(3)),
        ("DELETE", ["os-keypairs", _]) => Route::DeleteKeyPair(part(3)),
        ("GET", ["os-availability-zone"]) => Route::AvailabilityZones,
        ("GET", ["servers", _, "os-volume_attachments"]) => Route::ListVolumes(part(3)),
        ("POST", ["servers", _, "os-volume_attachments"]) => Route::AttachVolume(part(3)),
        ("GET", ["servers", _, "os-volume_attachments", _]) => Route::ShowVolume(part(3), part(5)),
        ("DELETE", ["servers", _, "os-volume_attachments", _]) => {
            Route::DetachVolume(part(3), part(5))
        }
        ("GET", ["servers", _, "os-interface"]) => Route::ListInterfaces(part(3)),
        ("POST", ["servers", _, "os-interface"]) => Route::AttachInterface(part(3)),
        ("GET", ["servers", _, "os-interface", _]) => Route::ShowInterface(part(3), part(5)),
        ("DELETE", ["servers", _, "os-interface", _]) => Route::DetachInterface(part(3), part(5)),
        ("GET", ["servers", _, "os-security-groups"]) => Route::ListSecurityGroups(part(3)),
        ("GET", ["limits"]) => Route::Limits,
        ("POST", ["os-server-groups"]) => Route::CreateServerGroup,
        ("GET", ["os-server-groups"]) => Route::ListServerGroups,
        ("GET", ["os-server-groups", _]) => Route::ShowServerGroup(part(3)),
        ("DELETE", ["os-server-groups", _]) => Route::DeleteServerGroup(part(3)),
        _ => return None,
    };
    Some((route, part(1)))
}

impl NovaCall<'_> {
    pub fn decode(&self, route: &Route<'_>) -> Result<Action, Refusal> {
        match route {
            Route::Create => create::decode(self),
            Route::ListServers(detail) => list_servers::decode(self, *detail),
            Route::ShowServer(id) => Ok(show_server::decode(self, id)),
            Route::Rename(id) => rename::decode(self, id),
            Route::Delete(id) => Ok(delete::decode(self, id)),
            Route::Act(id) => action::decode(self, id),
            Route::ListActions(id) => instance_actions::list(self, id),
            Route::ShowAction(id, request) => Ok(instance_actions::show(self, id, request)),
            Route::RemoteConsole(id) => remote_console::decode(self, id),
            Route::ShowPassword(id) => Ok(server_password::show(self, id)),
            Route::DeletePassword(id) => Ok(server_password::delete(self, id)),
            Route::ShowMetadata(id) => Ok(metadata::show(self, id)),
            Route::ChangeMetadata(afresh, id) => metadata::change(self, *afresh, id),
            Route::ShowMetadataItem(id, key) => Ok(metadata::show_item(self, id, key)),
            Route::UpdateMetadataItem(id, key) => metadata::update_item(self, id, key),
            Route::DeleteMetadataItem(id, key) => Ok(metadata::delete_item(self, id, key)),
            Route::Flavors(detail) => flavors::list(self, *detail),
            Route::ShowFlavor(id) => Ok(flavors::show(self, id)),
            Route::ExtraSpecs(id) => Ok(flavors::extra_specs(self, id)),
            Route::CreateKeyPair => key_pairs::create(self),
            Route::ListKeyPairs => key_pairs::list(self),
            Route::ShowKeyPair(name) => Ok(key_pairs::show(self, name)),
            Route::DeleteKeyPair(name) => Ok(key_pairs::delete(self, name)),
            Route::AvailabilityZones => Ok(availability_zones::decode(self)),
            Route::ListVolumes(id) => volumes::list(self, id),
            Route::AttachVolume(id) => volumes::attach(self, id),
            Route::ShowVolume(id, volume) => Ok(volumes::show(self, id, volume)),
            Route::DetachVolume(id, volume) => volumes::detach(self, id, volume),
            Route::ListInterfaces(id) => Ok(interfaces::list(self, id)),
            Route::AttachInterface(id) => interfaces::attach(self, id),
            Route::ShowInterface(id, port) => Ok(interfaces::show(self, id, port)),
            Route::DetachInterface(id, port) => Ok(interfaces::detach(self, id, port)),
            Route::ListSecurityGroups(id) => Ok(security_groups::list(self, id)),
            Route::Limits => Ok(limits::decode(self)),
            Route::CreateServerGroup => server_groups::create_server_group::decode(self),
            Route::ListServerGroups => server_groups::list_server_groups::decode(self),
            Route::ShowServerGroup(id) => server_groups::show_server_group::decode(self, id),
            Route::DeleteServerGroup(id) => server_groups::delete_server_group::decode(self, id),
        }
    }
}
