use regiment_core::edits::{Edit, ReplaceSecurityGroups, Together};
use regiment_core::model::{FaultKind, NetworkId, Server};
use regiment_core::ops::Operation;
use serde::Deserialize;

use super::create::security_group;
use crate::Action;
use crate::tencent::ids;
use crate::tencent_v3::call::{Call, named, targets};
use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    security_group_ids: Vec<String>,
    instance_ids: Vec<String>,
}

/// From the groups an instance is in, and the one that is named, to those it is in after.
type Changed = fn(Vec<NetworkId>, NetworkId, &Server) -> Result<Vec<NetworkId>, Refusal>;

/// `AssociateSecurityGroups`: the instances are in this group too from now on.
pub fn join(call: &Call<'_>) -> Result<Action, Refusal> {
    change(call, |mut groups, group, _| {
        if !groups.contains(&group) {
            groups.push(group);
        }
        Ok(groups)
    })
}

/// `DisassociateSecurityGroups`: all instances were in it, and are no more.
pub fn leave(call: &Call<'_>) -> Result<Action, Refusal> {
    change(call, |mut groups, group, server| {
        match groups.iter().position(|known| *known == group) {
            Some(at) => {
                groups.remove(at);
                Ok(groups)
            }
            None => Err(Refusal::from(FaultKind::NotInSecurityGroup)
                .about(&ids::instance(server.id.handle()))),
        }
    })
}

fn change(call: &Call<'_>, changed: Changed) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let targets = targets("InstanceIds", &wanted.instance_ids)?;
    let [id] = wanted.security_group_ids.as_slice() else {
        return Err(match wanted.security_group_ids.len() {
            0 => Refusal::missing("SecurityGroupIds"),
            _ => Refusal::too_many("SecurityGroupIds", 1),
        });
    };
    let id = id.clone();
    Ok(call.consult(move |view, issuer| {
        let group = security_group(view.world, issuer.project, "SecurityGroupIds", &id)?;
        let mut edits = Vec::with_capacity(targets.len());
        for target in &targets {
            let server = named(view, issuer.project, target)?;
            let groups = changed(server.details.security_groups.clone(), group, server)?;
            let edit = ReplaceSecurityGroups { server: server.id, groups };
            edits.push(Edit::ReplaceSecurityGroups(edit));
        }
        let operation = Operation::from(Edit::Together(Together { edits }));
        Ok(issuer.edit(issuer.command(operation, Vec::new())))
    }))
}
