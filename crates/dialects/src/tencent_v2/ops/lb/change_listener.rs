//! `ModifyLoadBalancerListener`, `ModifyForwardLBFourthListener`, `ModifyForwardLBSeventhListener`:
//! what is left out stays as it is.

use regiment_core::model::{Hints, Listener};
use regiment_core::ops::{ChangeListener, Operation};

use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::lb::{self, Manner};
use crate::tencent_v2::task;

/// What a request asks of a listener, once that is known.
type Change = Box<dyn FnOnce(&Listener) -> Result<ChangeListener, Refusal> + Send>;

pub fn decode_classic(call: &Call<'_>) -> Result<Action, Refusal> {
    let (manner, certificates) = (Manner::read(&call.fields())?, lb::certificates(&call.fields())?);
    let change = move |listener: &Listener| {
        let certificates = certificates.over(listener)?;
        Ok(ChangeListener { certificates, ..manner.change(listener)? })
    };
    change_one(call, lb::find_classic, Box::new(change))
}

/// Certificates, which the vendor's own example sends, are of no use to these.
pub fn decode_fourth(call: &Call<'_>) -> Result<Action, Refusal> {
    let manner = Manner::read(&call.fields())?;
    let change = move |listener: &Listener| {
        lb::is_of_layer(listener, 4)?;
        manner.change(listener)
    };
    change_one(call, lb::find_application, Box::new(change))
}

/// The rest of what there is to these is their rules'.
pub fn decode_seventh(call: &Call<'_>) -> Result<Action, Refusal> {
    let (name, certificates) = (lb::name(&call.fields())?, lb::certificates(&call.fields())?);
    let change = move |listener: &Listener| {
        lb::is_of_layer(listener, 7)?;
        let certificates = certificates.over(listener)?;
        Ok(ChangeListener { name, certificates, ..unchanged(listener) })
    };
    change_one(call, lb::find_application, Box::new(change))
}

fn change_one(call: &Call<'_>, find: lb::Find, change: Change) -> Result<Action, Refusal> {
    let fields = call.fields();
    let balancer = fields.need("loadBalancerId")?.to_owned();
    let listener = fields.need("listenerId")?.to_owned();
    let issuer = call.issuer();
    Ok(Action::consult(move |view| {
        let order = || {
            let balancer = find(view.world, issuer.project, &balancer)?;
            let change = change(lb::find_listener(balancer, &listener)?)?;
            let operation = Operation::ChangeListener(change);
            Ok(task::order_numbered(lb::command(&issuer, balancer, operation), ""))
        };
        task::settled(order())
    }))
}

fn unchanged(listener: &Listener) -> ChangeListener {
    ChangeListener {
        listener: listener.id,
        name: None,
        scheduler: None,
        session_s: None,
        health: None,
        certificates: None,
        hints: Hints::default(),
    }
}

impl Manner {
    fn change(&self, listener: &Listener) -> Result<ChangeListener, Refusal> {
        Ok(ChangeListener {
            name: self.name.clone(),
            scheduler: self.scheduler_over(listener)?,
            session_s: self.session_s,
            health: self.health_over(&listener.health),
            ..unchanged(listener)
        })
    }
}
