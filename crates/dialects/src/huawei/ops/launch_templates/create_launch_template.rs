//! `POST /v3/{project_id}/launch-templates`

pub(super) mod data;

use regiment_core::command::Receipt;
use regiment_core::edits::{AddLaunchTemplate, Edit};
use regiment_core::model::{AssetKey, LaunchTemplateId};
use serde::{Deserialize, Serialize};

use self::data::Data;
use crate::Action;
use crate::huawei::Call;
use crate::huawei::body::{Flag, read};
use crate::huawei::faults::Row;
use crate::huawei::limits::{
    TEMPLATE_BYTES_MAX, TEMPLATE_DESCRIPTION_CHARS_MAX, TEMPLATE_NAME_CHARS_MAX, TEMPLATES_MAX,
};

#[derive(Deserialize)]
struct Body {
    launch_template: Wanted,
    #[serde(default)]
    dry_run: Flag,
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    description: Option<String>,
    version_description: Option<String>,
    template_data: Option<Data>,
}

/// Empty when it was only to be checked.
#[derive(Serialize)]
struct Made {
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_template_id: Option<LaunchTemplateId>,
}

pub(super) fn decode(call: &Call<'_>) -> Result<Action, Row> {
    let Body { launch_template, dry_run } = read(call.request.body)?;
    let Wanted { name, description, version_description, template_data } = launch_template;
    if !(1..=TEMPLATE_NAME_CHARS_MAX).contains(&name.chars().count()) {
        let message = format!("name must have from 1 to {TEMPLATE_NAME_CHARS_MAX} characters.");
        return Err(Row::invalid(message));
    }
    let add = AddLaunchTemplate {
        name: name.into(),
        description: short("description", description)?.into(),
        version_description: short("version_description", version_description)?.into(),
        content: template_data.as_ref().map(content).transpose()?.unwrap_or_default().into(),
        count_max: TEMPLATES_MAX,
    };
    let mut command = call.command(Edit::AddLaunchTemplate(add).into(), Vec::new());
    command.dry_run = dry_run.0;
    let (reply, checked) = (call.reply, dry_run.0);
    Ok(Action::order(command, move |receipt, _| match receipt {
        Err(fault) => reply.refuse(&Row::of(fault)),
        Ok(_) if checked => reply.json(200, &Made { launch_template_id: None }),
        Ok(receipt) => reply.json(200, &Made { launch_template_id: made(receipt) }),
    }))
}

fn short(key: &str, text: Option<String>) -> Result<String, Row> {
    let text = text.unwrap_or_default();
    if text.chars().count() > TEMPLATE_DESCRIPTION_CHARS_MAX {
        let most = TEMPLATE_DESCRIPTION_CHARS_MAX;
        return Err(Row::invalid(format!("{key} must have at most {most} characters.")));
    }
    Ok(text)
}

/// The wishes as they are kept: only what is known of them, in one form.
fn content(data: &Data) -> Result<String, Row> {
    data.check()?;
    let text = data.text();
    if text.len() > TEMPLATE_BYTES_MAX {
        let most = TEMPLATE_BYTES_MAX;
        return Err(Row::invalid(format!("template_data must have at most {most} bytes.")));
    }
    Ok(text)
}

fn made(receipt: &Receipt) -> Option<LaunchTemplateId> {
    receipt.made.iter().find_map(|key| {
        let AssetKey::LaunchTemplate(_, id) = key else { return None };
        Some(*id)
    })
}
