//! Server groups and who is in them. Servers say it; here they are counted.

use std::collections::BTreeSet;

use super::World;
use crate::model::{Asset, AssetKey, ProjectId, Server, ServerGroup, ServerGroupId, ServerId};

/// A server's place among the members of its group.
type Membership = (ServerGroupId, u64, ServerId);

impl World {
    pub fn server_group(&self, project: ProjectId, id: ServerGroupId) -> Option<&ServerGroup> {
        self.asset(&AssetKey::ServerGroup(project, id)).and_then(as_server_group)
    }

    /// A project's server groups by id.
    pub fn server_groups(&self, project: ProjectId) -> impl Iterator<Item = &ServerGroup> {
        let key = |id| AssetKey::ServerGroup(project, ServerGroupId(id));
        let ends = key(0)..=key(u128::MAX);
        self.assets.range(ends).filter_map(|(_, asset)| as_server_group(asset))
    }

    /// The servers in a group, the oldest first.
    pub fn members(&self, group: ServerGroupId) -> impl Iterator<Item = ServerId> {
        let of_group = (group, 0, ServerId(0))..=(group, u64::MAX, ServerId(u128::MAX));
        self.members.range(of_group).map(|(_, _, id)| *id)
    }

    /// The servers that one is not to share a host with: the others of its group.
    pub(crate) fn apart_from(&self, id: ServerId) -> Vec<ServerId> {
        let group = self.server(id).and_then(|server| server.details.server_group);
        let members = group.into_iter().flat_map(|group| self.members(group));
        members.filter(|other| *other != id).collect()
    }

    pub(super) fn set_member(&mut self, before: Option<Membership>, now: Option<Membership>) {
        if before == now {
            return;
        }
        if let Some(before) = before {
            self.members.remove(&before);
        }
        self.members.extend(now);
    }

    /// Whether the members of groups are exactly what the servers say, of groups that are there.
    pub(super) fn members_are_true(&self) -> bool {
        let said: BTreeSet<_> = self.servers().filter_map(membership).collect();
        let there = |server: &Server| {
            let group = server.details.server_group;
            group.is_none_or(|id| self.server_group(server.project, id).is_some())
        };
        said == self.members && self.servers().all(there)
    }
}

pub(super) fn membership(server: &Server) -> Option<Membership> {
    Some((server.details.server_group?, server.order, server.id))
}

const fn as_server_group(asset: &Asset) -> Option<&ServerGroup> {
    if let Asset::ServerGroup(group) = asset { Some(group) } else { None }
}
