use std::sync::Arc;

use regiment_core::command::{Admission, TargetRef};
use regiment_core::ops::{Operation, ReplaceCertificate};

use super::certificates::shows;
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::reply::Nothing;
use crate::tencent_v2::{lb, task};

/// `ReplaceCert`: wherever it is, of all load balancers or of none.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let old: Arc<str> = fields.need("oldCertId")?.into();
    lb::certificates_are_named(&fields, &["newCertContent", "newCertKey"])?;
    let new = fields.need("newCertId")?.into();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let users = view.world.balancers().filter(|balancer| {
            balancer.project == issuer.project
                && balancer.listeners.iter().any(|listener| shows(listener, &old))
        });
        let targets: Vec<TargetRef> = users.map(|one| TargetRef::Balancer(one.id)).collect();
        if targets.is_empty() {
            let why = format!("is of no listener: {old}");
            let refusal = Refusal::Malformed { name: "oldCertId".to_owned(), why };
            return task::settled(Err(refusal));
        }
        let operation = Operation::ReplaceCertificate(ReplaceCertificate { old, new });
        let mut command = issuer.command(operation, targets);
        command.admission = Admission::AllOrNothing;
        task::order_and_wait(command, "", |_, _, _| Nothing {})
    }))
}
