use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::model::{
    Asset, AssetKey, Fault, FaultKind, LaunchTemplate, LaunchTemplateId, TemplateVersion,
    TemplateVersionId,
};

/// Keep what is wanted of servers under a name that is free. It is the template's first version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddLaunchTemplate {
    pub name: Arc<str>,
    pub description: Arc<str>,
    pub version_description: Arc<str>,
    pub content: Arc<str>,
    /// How many templates the project may have after.
    pub count_max: u16,
}

impl EditRules for AddLaunchTemplate {
    fn name(&self) -> &'static str {
        "add_launch_template"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let AddLaunchTemplate { name, description, version_description, content, count_max } =
            self.clone();
        let mut count = 0;
        for other in desk.world.launch_templates(desk.project) {
            if other.name == name {
                return Err(Fault::with(FaultKind::TemplateExists, name));
            }
            count += 1;
        }
        if count >= count_max {
            return Err(Fault::with(FaultKind::QuotaExceeded, "launch templates"));
        }
        let id = LaunchTemplateId(desk.chance.uuid());
        let version = TemplateVersion {
            id: TemplateVersionId(desk.chance.uuid()),
            number: 1,
            description: version_description,
            content,
            created_at: desk.now,
        };
        let template = LaunchTemplate {
            id,
            project: desk.project,
            name,
            description,
            versions: vec![version],
            default_version: 1,
            created_at: desk.now,
            updated_at: desk.now,
        };
        Ok(Put::Asset(Asset::LaunchTemplate(template)).into())
    }
}

/// Forget a launch template with all its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveLaunchTemplate {
    pub id: LaunchTemplateId,
}

impl EditRules for RemoveLaunchTemplate {
    fn name(&self) -> &'static str {
        "remove_launch_template"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        match desk.world.launch_template(desk.project, self.id) {
            Some(template) => {
                Ok(Put::NoAsset(AssetKey::LaunchTemplate(template.project, template.id)).into())
            }
            None => Err(Fault::with(FaultKind::TemplateNotFound, self.id.to_string())),
        }
    }
}
