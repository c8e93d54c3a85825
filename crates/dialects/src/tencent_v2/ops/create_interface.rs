use std::net::Ipv4Addr;

use regiment_core::edits::{CreateInterface, Edit};

use super::interfaces::{NAME_CHARS_MAX, address, group, subnet, vpc};
use crate::Action;
use crate::tencent_v2::call::Call;
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::params::Fields;
use crate::tencent_v2::{names, task};

/// Further addresses in one call.
const ADDRESSES_MAX: u32 = 29;

/// `CreateNetworkInterface`. Its id is not told: clients look for it when the task has ended.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let (network, part) = (fields.need("vpcId")?.to_owned(), fields.need("subnetId")?.to_owned());
    fields.need("eniName")?;
    let text = |name: &str| {
        names::read(&fields, name, NAME_CHARS_MAX).map(|text| text.unwrap_or_default().to_owned())
    };
    let (name, description) = (text("eniName")?, text("eniDescription")?);
    let (own, more) = addresses(&fields)?;
    let any = fields.number("secondaryPrivateIpAddressCount", 0..=ADDRESSES_MAX)?.unwrap_or(0);
    let groups: Vec<String> = fields.list("sgIds").into_iter().map(str::to_owned).collect();
    Ok(task::consult_task(call, move |world, project| {
        let vpc = vpc(world, project, &network)?;
        let subnet = subnet(world, vpc, &part)?;
        let groups = groups.iter().map(|named| group(world, project, named));
        Ok(Edit::CreateInterface(CreateInterface {
            vpc: vpc.id,
            subnet: subnet.id,
            name: name.into(),
            description: description.into(),
            address: own,
            more,
            more_of_any: any,
            security_groups: groups.collect::<Result<_, _>>()?,
        }))
    }))
}

/// The address that is to be its own, and those beside it.
fn addresses(fields: &Fields<'_>) -> Result<(Option<Ipv4Addr>, Vec<Ipv4Addr>), Refusal> {
    let (mut own, mut more) = (None, Vec::new());
    for one in fields.objects("privateIpAddressSet") {
        let wanted = address(&one, "privateIpAddress")?
            .ok_or_else(|| one.bad("privateIpAddress", "is missing"))?;
        let primary = match one.text("primary") {
            Some("1" | "true" | "TRUE" | "True") => true,
            Some("0" | "false" | "FALSE" | "False") | None => false,
            Some(_) => return Err(one.bad("primary", "must be true or false")),
        };
        if !primary {
            more.push(wanted);
        } else if own.replace(wanted).is_some() {
            return Err(one.bad("primary", "must be true of one address at most"));
        }
    }
    Ok((own, more))
}
