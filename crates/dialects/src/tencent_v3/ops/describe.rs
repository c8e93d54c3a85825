use std::sync::Arc;

use regiment_core::edits::{Describe, Edit, ReplaceSecurityGroups, Together};
use regiment_core::model::{NetworkId, Server};
use regiment_core::ops::{Operation, Rename};
use regiment_core::view::View;
use serde::Deserialize;

use super::create::{HINT_PROTECTED, HINT_ROLE, security_group, user_data};
use crate::Action;
use crate::tencent::{hints, hostname};
use crate::tencent_v3::call::{Call, Issuer, named, targets};
use crate::tencent_v3::faults::Refusal;

/// Characters in a name given to what is there already.
const NAME_CHARS_MAX: usize = 60;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_ids: Vec<String>,
    instance_name: Option<String>,
    user_data: Option<String>,
    security_groups: Option<Vec<String>>,
    cam_role_name: Option<String>,
    host_name: Option<String>,
    disable_api_termination: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Moved {
    instance_ids: Vec<String>,
    project_id: i64,
}

/// The one attribute that a call changes.
enum Attribute {
    Name(String),
    UserData(Arc<str>),
    SecurityGroups(Vec<String>),
    HostName(String),
    Hint(&'static str, Arc<str>),
}

/// `ModifyInstancesAttribute`: one attribute of all instances that are named.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    let ids = wanted.instance_ids.clone();
    match wanted.attribute()? {
        Attribute::Name(name) => call.order(Operation::Rename(Rename { name: name.into() }), &ids),
        attribute => change(call, &ids, attribute),
    }
}

/// `ModifyInstancesProject`.
pub fn project(call: &Call<'_>) -> Result<Action, Refusal> {
    let Moved { instance_ids, project_id } = call.read()?;
    let project = u32::try_from(project_id)
        .map_err(|_| Refusal::bad("InvalidParameterValue", "ProjectId", project_id))?;
    change(call, &instance_ids, Attribute::Hint(hints::PROJECT, project.to_string().into()))
}

/// The same of all instances named.
fn change(call: &Call<'_>, ids: &[String], attribute: Attribute) -> Result<Action, Refusal> {
    let targets = targets("InstanceIds", ids)?;
    Ok(call.consult(move |view, issuer| {
        let mut edits = Vec::with_capacity(targets.len());
        for target in &targets {
            let server = named(view, issuer.project, target)?;
            edits.push(attribute.edit(server, view, issuer)?);
        }
        let operation = Operation::from(Edit::Together(Together { edits }));
        Ok(issuer.edit(issuer.command(operation, Vec::new())))
    }))
}

impl Wanted {
    fn attribute(self) -> Result<Attribute, Refusal> {
        let Wanted {
            instance_ids: _,
            instance_name,
            user_data: data,
            security_groups,
            cam_role_name,
            host_name,
            disable_api_termination,
        } = self;
        let protected = disable_api_termination.map(|protected| protected.to_string());
        let mut attributes = [
            instance_name.map(Attribute::Name),
            data.as_deref().map(user_data).transpose()?.map(Attribute::UserData),
            security_groups.map(Attribute::SecurityGroups),
            host_name.map(Attribute::HostName),
            cam_role_name.map(|role| Attribute::Hint(HINT_ROLE, role.into())),
            protected.map(|said| Attribute::Hint(HINT_PROTECTED, said.into())),
        ]
        .into_iter()
        .flatten();
        let attribute = attributes.next().ok_or_else(|| Refusal::missing("InstanceName"))?;
        if attributes.next().is_some() {
            return Err(Refusal::said_by_action(
                "InvalidParameterCombination",
                "one attribute can be changed in a call",
                "每次调用只能修改一种属性",
            ));
        }
        match attribute {
            Attribute::Name(name) if name.chars().count() > NAME_CHARS_MAX => {
                Err(Refusal::bad("InvalidInstanceName.TooLong", "InstanceName", name))
            }
            attribute => Ok(attribute),
        }
    }
}

impl Attribute {
    fn edit(&self, server: &Server, view: &View<'_>, issuer: &Issuer) -> Result<Edit, Refusal> {
        let mut describe = Describe::of(server.id);
        match self {
            Attribute::Name(name) => describe.name = Some(name.as_str().into()),
            Attribute::UserData(data) => describe.user_data = Some(data.clone()),
            Attribute::HostName(name) => {
                let family = view.world.image(server.image).map(|image| image.family);
                if family.is_some_and(|family| !hostname::fits(name, family)) {
                    let code = "InvalidParameterValue.IllegalHostName";
                    return Err(Refusal::bad(code, "HostName", name));
                }
                describe.hostname = Some(name.as_str().into());
            }
            Attribute::Hint(hint, value) => {
                describe.hints.insert((*hint).into(), value.clone());
            }
            Attribute::SecurityGroups(ids) => {
                let find =
                    |id: &String| security_group(view.world, issuer.project, "SecurityGroups", id);
                let groups = ids.iter().map(find).collect::<Result<Vec<NetworkId>, _>>()?;
                let edit = ReplaceSecurityGroups { server: server.id, groups };
                return Ok(Edit::ReplaceSecurityGroups(edit));
            }
        }
        Ok(Edit::Describe(describe))
    }
}
