use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put, with_details};
use crate::command::TargetAnswer;
use crate::limits::{SERVER_GROUP_MEMBERS_MAX, SERVER_GROUPS_MAX};
use crate::model::{
    Asset, AssetKey, Fault, FaultKind, Phase, Power, ServerGroup, ServerGroupId, ServerId, Target,
};
use crate::ops::Verdict;

/// Make a server group with nobody in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateServerGroup {
    pub name: Arc<str>,
    /// The key of who makes it.
    pub user: Arc<str>,
}

impl EditRules for CreateServerGroup {
    fn name(&self) -> &'static str {
        "create_server_group"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let CreateServerGroup { name, user } = self.clone();
        if desk.world.server_groups(desk.project).count() >= SERVER_GROUPS_MAX {
            return Err(FaultKind::TooManyServerGroups.into());
        }
        let id = ServerGroupId(desk.chance.uuid());
        let (project, created_at) = (desk.project, desk.now);
        let group = ServerGroup { id, project, name, user, created_at };
        Ok(Put::Asset(Asset::ServerGroup(group)).into())
    }
}

/// Forget a server group. Its members stay, in no group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteServerGroup {
    pub group: ServerGroupId,
}

impl EditRules for DeleteServerGroup {
    fn name(&self) -> &'static str {
        "delete_server_group"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let group = group(&desk, self.group)?;
        let members = desk.world.members(group.id).filter_map(|id| desk.world.server(id));
        let mut puts: Vec<Put> = members.map(|server| moved(server, None)).collect();
        puts.push(Put::NoAsset(AssetKey::ServerGroup(group.project, group.id)));
        Ok(Edited { puts, answers: Vec::new() })
    }
}

/// Put servers into a group; each answers for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinServerGroup {
    pub group: ServerGroupId,
    pub servers: Vec<ServerId>,
}

impl EditRules for JoinServerGroup {
    fn name(&self) -> &'static str {
        "join_server_group"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let group = group(&desk, self.group)?.id;
        let mut count = desk.world.members(group).count();
        let mut edited = Edited::default();
        for id in &self.servers {
            let verdict = may_join(&desk, *id, group, count < SERVER_GROUP_MEMBERS_MAX);
            if let (Verdict::Admit, Some(server)) = (&verdict, desk.world.server(*id))
                && !puts_on(&edited.puts, *id)
            {
                count += 1;
                edited.puts.push(moved(server, Some(group)));
            }
            edited.answers.push(answer(&desk, *id, verdict));
        }
        Ok(edited)
    }
}

/// Take servers out of a group; each answers for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveServerGroup {
    pub group: ServerGroupId,
    pub servers: Vec<ServerId>,
}

impl EditRules for LeaveServerGroup {
    fn name(&self) -> &'static str {
        "leave_server_group"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let group = group(&desk, self.group)?.id;
        let mut edited = Edited::default();
        for id in &self.servers {
            let verdict = match desk.server(*id) {
                Err(fault) => Verdict::Refuse(fault),
                Ok(server) if server.details.server_group != Some(group) => {
                    Verdict::refuse(FaultKind::NotInServerGroup)
                }
                Ok(server) => {
                    edited.puts.push(moved(server, None));
                    Verdict::Admit
                }
            };
            edited.answers.push(answer(&desk, *id, verdict));
        }
        Ok(edited)
    }
}

fn group<'a>(desk: &Desk<'a>, id: ServerGroupId) -> Result<&'a ServerGroup, Fault> {
    let missing = || Fault::with(FaultKind::ServerGroupNotFound, id.to_string());
    desk.world.server_group(desk.project, id).ok_or_else(missing)
}

/// A server joins a group where it stands, so it must be at rest: placing it elsewhere is not an
/// edit's to do.
fn may_join(desk: &Desk<'_>, id: ServerId, group: ServerGroupId, room: bool) -> Verdict {
    let server = match desk.server(id) {
        Ok(server) => server,
        Err(fault) => return Verdict::Refuse(fault),
    };
    match server.details.server_group {
        Some(own) if own == group => {
            return Verdict::AlreadySo(FaultKind::InOtherServerGroup.into());
        }
        Some(_) => return Verdict::refuse(FaultKind::InOtherServerGroup),
        None => {}
    }
    match (server.phase, server.power) {
        (Phase::Broken, _) => Verdict::refuse(FaultKind::ServerBroken),
        (Phase::Creating, _) => Verdict::refuse(FaultKind::ServerBusy),
        (Phase::Ready, _) if server.busy.is_some() => Verdict::refuse(FaultKind::ServerBusy),
        (Phase::Ready, Power::Running) => Verdict::refuse(FaultKind::ServerRunning),
        (Phase::Ready, Power::Stopped) if !room => Verdict::refuse(FaultKind::ServerGroupFull),
        (Phase::Ready, Power::Stopped) => Verdict::Admit,
    }
}

fn puts_on(puts: &[Put], server: ServerId) -> bool {
    puts.iter().any(|put| matches!(put, Put::Server { id, .. } if *id == server))
}

fn moved(server: &crate::model::Server, group: Option<ServerGroupId>) -> Put {
    with_details(server, |details| details.server_group = group)
}

fn answer(desk: &Desk<'_>, id: ServerId, verdict: Verdict) -> TargetAnswer {
    let target = desk.server(id).ok().map(|server| Target::Server(server.id));
    TargetAnswer { verdict, target, sub: None }
}
