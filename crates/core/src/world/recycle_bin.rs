//! The servers that were deleted and can still be taken back. Nothing that looks for servers finds
//! them but what is here, so that to everybody else they are gone.

use std::sync::Arc;

use super::{Roster, World};
use crate::command::TargetRef;
use crate::model::{Details, Power, ProjectId, Recycled, Server, ServerId};

/// What decides which list a server is on, and how it counts.
pub(super) struct Entry {
    project: ProjectId,
    order: u64,
    flavor: Arc<str>,
    pub recycled: bool,
}

impl From<&Server> for Entry {
    fn from(server: &Server) -> Entry {
        Entry {
            project: server.project,
            order: server.order,
            flavor: server.flavor.clone(),
            recycled: server.details.recycled.is_some(),
        }
    }
}

impl World {
    /// A server, in the recycle bin or not.
    pub fn server_or_recycled(&self, id: ServerId) -> Option<&Server> {
        let slot = self.by_handle.get(&id.handle())?;
        self.slot(*slot).filter(|server| server.id == id)
    }

    /// The server in its recycle bin that a project's caller names.
    pub fn named_in_bin(&self, project: ProjectId, name: &TargetRef) -> Option<&Server> {
        let TargetRef::Server(id) = name else { return None };
        self.server_or_recycled(*id)
            .filter(|server| server.project == project && server.details.recycled.is_some())
    }

    /// The servers in a project's recycle bin, newest first.
    pub fn recycled_of(&self, project: ProjectId) -> impl Iterator<Item = &Server> {
        self.bins
            .get(&project)
            .into_iter()
            .flat_map(Roster::newest_first)
            .filter_map(|slot| self.slot(slot))
    }

    /// Puts a server into its project's recycle bin, where nothing is planned for it but its end.
    pub(crate) fn recycle_server(&mut self, id: ServerId, recycled: Recycled) {
        self.change_server(id, |server| {
            server.power = Power::Stopped;
            let details = Arc::make_mut(&mut server.details);
            details.recycled = Some(recycled);
            details.auto_terminate_at = None;
            details.server_group = None;
        });
        self.leave_balancers(id);
    }

    /// Moves a server to the other list if a change has put it into the bin, or taken it out.
    pub(super) fn relist(&mut self, slot: u32, before: &Details) {
        let server = self.slots[slot as usize].as_ref().expect("a changed server is there");
        let (was, is) = (before.recycled.is_some(), server.details.recycled.is_some());
        if was != is {
            let mut entry = Entry::from(server);
            entry.recycled = was;
            self.strike(&entry);
            entry.recycled = is;
            self.enlist(&entry, slot);
        }
    }

    /// Puts a server on the list it belongs to, and counts it.
    pub(super) fn enlist(&mut self, entry: &Entry, slot: u32) {
        let Entry { project, order, flavor, recycled } = entry;
        if *recycled {
            self.bins.entry(*project).or_default().insert(*order, slot);
        } else {
            self.rosters.entry(*project).or_default().insert(*order, slot);
            self.count_usage(*project, flavor, 1);
        }
    }

    /// Takes a server off the list it was on.
    pub(super) fn strike(&mut self, entry: &Entry) {
        let Entry { project, order, flavor, recycled } = entry;
        if !*recycled {
            self.count_usage(*project, flavor, -1);
        }
        let lists = if *recycled { &mut self.bins } else { &mut self.rosters };
        if let Some(roster) = lists.get_mut(project) {
            roster.remove(*order);
        }
    }
}
