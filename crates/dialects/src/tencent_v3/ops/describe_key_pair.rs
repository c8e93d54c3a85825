use regiment_core::edits::{DescribeKeyPair, Edit};
use regiment_core::ops::Operation;
use serde::Deserialize;

use super::key_pairs::{check_ids, check_name, find};
use crate::Action;
use crate::tencent_v3::call::Call;
use crate::tencent_v3::faults::Refusal;

const DESCRIPTION_CHARS_MAX: usize = 60;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    key_id: String,
    key_name: Option<String>,
    description: Option<String>,
}

/// `ModifyKeyPairAttribute`: its id stays.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let Wanted { key_id: id, key_name, description } = call.read()?;
    check_ids(std::slice::from_ref(&id))?;
    if key_name.is_none() && description.is_none() {
        return Err(Refusal::missing("KeyName"));
    }
    key_name.as_deref().map_or(Ok(()), check_name)?;
    if let Some(text) = &description
        && text.chars().count() > DESCRIPTION_CHARS_MAX
    {
        return Err(Refusal::bad("InvalidKeyPairDescriptionTooLong", "Description", text));
    }
    Ok(call.consult(move |view, issuer| {
        let name = find(view, issuer, &id)?.name.clone();
        let edit = DescribeKeyPair {
            name,
            new_name: key_name.map(Into::into),
            description: description.map(Into::into),
        };
        let operation = Operation::from(Edit::DescribeKeyPair(edit));
        Ok(issuer.edit(issuer.command(operation, Vec::new())))
    }))
}
