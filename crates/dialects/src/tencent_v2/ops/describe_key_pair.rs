use regiment_core::edits::{DescribeKeyPair, Edit};
use regiment_core::ops::Operation;
use serde::Serialize;

use super::key_pairs::{name_of, need_name};
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::task;

#[derive(Serialize)]
struct Empty {
    data: [(); 0],
}

/// `ModifyKeyPair`: another name. Its id stays.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let id = fields.need("keyId")?.to_owned();
    let new_name = need_name(&fields)?.into();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        task::settled(name_of(view.world, issuer.project, &id).map(|name| {
            let edit = DescribeKeyPair { name, new_name: Some(new_name), description: None };
            let operation = Operation::from(Edit::DescribeKeyPair(edit));
            task::edit_with(issuer.command(operation, Vec::new()), |_, _| Empty { data: [] })
        }))
    }))
}
