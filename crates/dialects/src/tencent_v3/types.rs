//! Instance types: `S6.MEDIUM4` is of the family S6, has two vCPUs and 4 GiB. The core has named
//! flavors; a type is found by its shape, in its own family if that is here.
//!
//! Types of families that are not here are taken too, since scripts name them: such an instance
//! keeps the name of its family.

use std::sync::Arc;

use regiment_core::model::{Flavor, Server};
use regiment_core::world::World;

use super::faults::Refusal;
use super::language::Language;
use crate::tencent::form::parse_digits;
use crate::tencent::shapes::mem_gib;

/// Under this name a record keeps the family that the client asked for.
pub const HINT_FAMILY: &str = "tencent_v3/family";

/// A type as a client writes it.
struct Wanted<'a> {
    family: &'a str,
    vcpus: u32,
    mem_gib: u32,
}

impl<'a> Wanted<'a> {
    fn read(text: &'a str) -> Option<Wanted<'a>> {
        let (family, size) = text.split_once('.')?;
        let named = !family.is_empty() && family.bytes().all(|byte| byte.is_ascii_alphanumeric());
        // Of 2XLARGE16 the first number is a part of the size, the last the memory.
        let digits = size.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (size, mem) = size.split_at(size.len() - digits);
        let vcpus = match size {
            "SMALL" => 1,
            "MEDIUM" => 2,
            "LARGE" => 4,
            _ => parse_digits(size.strip_suffix("XLARGE")?)?.checked_mul(4)?,
        };
        let (vcpus, mem_gib) =
            (u32::try_from(vcpus).ok()?, u32::try_from(parse_digits(mem)?).ok()?);
        named.then_some(Wanted { family, vcpus, mem_gib })
    }
}

/// The family a flavor's own name begins with.
pub fn family(flavor: &Flavor) -> String {
    flavor.name.split('.').next().unwrap_or_default().to_ascii_uppercase()
}

/// What a family is called: after what its flavors are good for.
pub fn family_name(flavor: &Flavor, language: Language) -> String {
    let (english, chinese) = match flavor.class.as_bytes() {
        [b'c', ..] => ("Compute Optimized", "计算型"),
        [b'h', b'i', b'g', b'h', b'm', b'e', b'm', ..] => ("Memory Optimized", "内存型"),
        _ => ("Standard", "标准型"),
    };
    match language {
        Language::English => format!("{english} {}", family(flavor)),
        Language::Chinese => format!("{chinese}{}", family(flavor)),
    }
}

/// The type of a flavor; a shape that no size has keeps the flavor's own name.
fn name_in(flavor: &Flavor, family: &str) -> String {
    let mem = mem_gib(flavor);
    match flavor.vcpus {
        1 => format!("{family}.SMALL{mem}"),
        2 => format!("{family}.MEDIUM{mem}"),
        4 => format!("{family}.LARGE{mem}"),
        vcpus if vcpus % 4 == 0 => format!("{family}.{}XLARGE{mem}", vcpus / 4),
        _ => flavor.name.to_string(),
    }
}

pub fn name(flavor: &Flavor) -> String {
    name_in(flavor, &family(flavor))
}

/// The type of an instance.
pub fn of_server(server: &Server, world: &World) -> String {
    let Some(flavor) = world.flavor(&server.flavor) else { return server.flavor.to_string() };
    match server.details.hints.get(HINT_FAMILY) {
        Some(family) => name_in(flavor, family),
        None => name(flavor),
    }
}

/// The flavor of a type, and the family to remember if the flavor is not of it.
pub fn find(world: &World, text: &str) -> Result<(Arc<Flavor>, Option<Arc<str>>), Refusal> {
    if let Some(flavor) = world.flavors().find(|flavor| name(flavor) == text) {
        return Ok((flavor.clone(), None));
    }
    let wanted = Wanted::read(text)
        .ok_or_else(|| Refusal::bad("InvalidInstanceType.Malformed", "InstanceType", text))?;
    let class = match wanted.family.as_bytes()[0] {
        b'C' => "computingv3",
        b'M' => "highmem",
        _ => "normal",
    };
    let flavor = world
        .flavors()
        .filter(|flavor| flavor.vcpus == wanted.vcpus && mem_gib(flavor) == wanted.mem_gib)
        .min_by_key(|flavor| (*flavor.class != *class, flavor.name.clone()))
        .ok_or_else(|| {
            Refusal::bad("InvalidParameterValue.InstanceTypeNotFound", "InstanceType", text)
        })?;
    Ok((flavor.clone(), Some(wanted.family.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flavor(vcpus: u32, gib: u32) -> Flavor {
        let (name, class) = ("s6.anything".into(), "normal".into());
        Flavor { name, vcpus, ram_mib: gib * 1024, class }
    }

    #[test]
    fn a_type_tells_its_shape_and_a_shape_its_type() {
        for (text, vcpus, gib) in [
            ("S6.SMALL1", 1, 1),
            ("S6.MEDIUM4", 2, 4),
            ("S6.LARGE8", 4, 8),
            ("S6.2XLARGE16", 8, 16),
            ("S6.16XLARGE256", 64, 256),
        ] {
            assert_eq!(name(&flavor(vcpus, gib)), text);
            let wanted = Wanted::read(text).map(|wanted| (wanted.vcpus, wanted.mem_gib));
            assert_eq!(wanted, Some((vcpus, gib)), "{text}");
        }
        assert_eq!(name(&flavor(6, 12)), "s6.anything");
    }

    #[test]
    fn what_is_no_type_is_none() {
        for text in ["", "S6", "S6.", ".SMALL1", "S6.SMALL", "S6.TINY1", "S6.XLARGE8", "S6 .SMALL1"]
        {
            assert!(Wanted::read(text).is_none(), "{text}");
        }
    }
}
