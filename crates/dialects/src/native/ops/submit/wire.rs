//! The body of an order, and what its words mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use regiment_core::command::{Admission, AlreadySo, TargetRef};
use regiment_core::limits::NAME_CHARS_MAX;
use regiment_core::model::ImageId;
use regiment_core::ops::{
    Delete, Force, Operation, PasswordFit, Reboot, Reinstall, Rename, ResetPassword, Resize, Start,
    Stop,
};
use regiment_core::select::{Glob, Selector};
use regiment_core::vault::Secret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::native::faults::Refusal;
use crate::native::ops::list_servers::status;
use crate::native::ops::show_server::target;
use crate::native::orders::AskedOrders;

/// Characters of a password. What else a system wants of one it says itself.
const PASSWORD_CHARS_MAX: usize = 128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    pub operation: String,
    #[serde(default)]
    pub parameters: Map<String, Value>,
    pub servers: Option<Vec<String>>,
    pub select: Option<Select>,
    #[serde(default)]
    pub orders: AskedOrders,
    #[serde(default)]
    pub admission: AskedAdmission,
    #[serde(default)]
    pub already_so: AskedAlreadySo,
    pub token: Option<String>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AskedAdmission {
    #[default]
    EachOnItsOwn,
    AllOrNothing,
}

impl From<AskedAdmission> for Admission {
    fn from(asked: AskedAdmission) -> Admission {
        match asked {
            AskedAdmission::EachOnItsOwn => Admission::EachOnItsOwn,
            AskedAdmission::AllOrNothing => Admission::AllOrNothing,
        }
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AskedAlreadySo {
    #[default]
    Succeeds,
    Refused,
}

impl From<AskedAlreadySo> for AlreadySo {
    fn from(asked: AskedAlreadySo) -> AlreadySo {
        match asked {
            AskedAlreadySo::Succeeds => AlreadySo::Succeeds,
            AskedAlreadySo::Refused => AlreadySo::Refused,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Select {
    name: Option<String>,
    #[serde(default)]
    status: Vec<String>,
    flavor: Option<Arc<str>>,
    host: Option<Arc<str>>,
    zone: Option<Arc<str>>,
    /// Null for a key with whatever value.
    #[serde(default)]
    tags: BTreeMap<Arc<str>, Option<Arc<str>>>,
}

pub(super) enum Targets {
    Named(Vec<TargetRef>),
    Selected(Selector),
}

pub(super) fn targets(
    servers: Option<Vec<String>>,
    select: Option<Select>,
) -> Result<Targets, Refusal> {
    match (servers, select) {
        (Some(servers), None) => {
            Ok(Targets::Named(servers.iter().map(|server| target(server)).collect()))
        }
        (None, Some(select)) => selector(select).map(Targets::Selected),
        (Some(_), Some(_)) | (None, None) => {
            Err(Refusal::invalid("an order needs either servers or select"))
        }
    }
}

fn selector(select: Select) -> Result<Selector, Refusal> {
    let Select { name, status: statuses, flavor, host, zone, tags } = select;
    let selector = Selector {
        name: name.map(Glob::new),
        statuses: statuses.iter().map(|word| status(word)).collect::<Result<_, _>>()?,
        flavor,
        host,
        zone,
        tags: tags.into_iter().collect(),
    };
    if selector == Selector::default() {
        // An order to everyone should not come about by leaving something out.
        return Err(Refusal::invalid("select needs a condition; the name * is every server's"));
    }
    Ok(selector)
}

/// A target in the words it was named with.
pub(super) fn as_said(target: &TargetRef) -> String {
    match target {
        TargetRef::Server(id) => id.to_string(),
        TargetRef::Short(handle) => handle.to_string(),
        TargetRef::Balancer(id) => id.0.to_string(),
        TargetRef::Disk(id) => id.to_string(),
        TargetRef::Image(id) => id.to_string(),
        TargetRef::Unreadable(words) => words.to_string(),
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AskedForce {
    #[default]
    Soft,
    SoftThenHard,
    Hard,
}

impl From<AskedForce> for Force {
    fn from(asked: AskedForce) -> Force {
        match asked {
            AskedForce::Soft => Force::Soft,
            AskedForce::SoftThenHard => Force::SoftThenHard,
            AskedForce::Hard => Force::Hard,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forced {
    #[serde(default)]
    force: AskedForce,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    #[serde(deserialize_with = "secret")]
    password: Secret,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFlavor {
    flavor: Arc<str>,
    #[serde(default)]
    stop_first: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDisk {
    image_id: Option<String>,
    #[serde(default, deserialize_with = "maybe_secret")]
    password: Option<Secret>,
    key_name: Option<Arc<str>>,
    #[serde(default)]
    stop_first: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewName {
    name: Arc<str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    #[serde(default)]
    disks: bool,
    #[serde(default)]
    public_address: bool,
}

fn secret<'de, D: Deserializer<'de>>(given: D) -> Result<Secret, D::Error> {
    String::deserialize(given).map(Secret::new)
}

pub(in crate::native) fn maybe_secret<'de, D: Deserializer<'de>>(
    given: D,
) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(given)?.map(Secret::new))
}

/// Every word for an operation, as the contract lists them.
const OPERATIONS: [&str; 8] =
    ["start", "stop", "reboot", "reset_password", "resize", "reinstall", "rename", "delete"];

/// What is ordered, and the password that goes with it.
pub(super) fn read_operation(
    word: &str,
    parameters: Map<String, Value>,
) -> Result<(Operation, Option<Secret>), Refusal> {
    let plain = |operation| Ok((operation, None));
    match word {
        "start" => {
            let Nothing {} = read(parameters)?;
            plain(Operation::Start(Start {}))
        }
        "stop" => {
            let Forced { force } = read(parameters)?;
            plain(Operation::Stop(Stop { force: force.into() }))
        }
        "reboot" => {
            let Forced { force } = read(parameters)?;
            plain(Operation::Reboot(Reboot { force: force.into() }))
        }
        "reset_password" => {
            let NewPassword { password } = read(parameters)?;
            check_password(&password)?;
            let fit = PasswordFit::ANY;
            let reset = ResetPassword { fit, needs_stopped: false, stop_first: false };
            Ok((Operation::ResetPassword(reset), Some(password)))
        }
        "resize" => {
            let NewFlavor { flavor, stop_first } = read(parameters)?;
            let resize = Resize { flavor, stop_first, upgrade_only: false, on_trial: false };
            plain(Operation::Resize(resize))
        }
        "reinstall" => reinstall(read(parameters)?),
        "rename" => {
            let NewName { name } = read(parameters)?;
            let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
            if !fits || name.contains(char::is_control) {
                let text = format!("name must have from 1 to {NAME_CHARS_MAX} visible characters");
                return Err(Refusal::invalid(text));
            }
            plain(Operation::Rename(Rename { name }))
        }
        "delete" => {
            let Gone { disks, public_address } = read(parameters)?;
            plain(Operation::Delete(Delete::new(disks, public_address)))
        }
        _ => {
            let words = OPERATIONS.join(", ");
            Err(Refusal::invalid(format!("operation must be one of: {words}")))
        }
    }
}

fn reinstall(asked: NewDisk) -> Result<(Operation, Option<Secret>), Refusal> {
    let NewDisk { image_id, password, key_name, stop_first } = asked;
    if let Some(password) = &password {
        check_password(password)?;
    }
    let image = image_id.map(|id| {
        ImageId::parse_dashed(&id).ok_or_else(|| Refusal::invalid("image_id must be an image's id"))
    });
    let reinstall = Reinstall {
        image: image.transpose()?,
        stop_first,
        key_name,
        user_data: None,
        encrypted_password: None,
        fit: PasswordFit::ANY,
    };
    Ok((Operation::Reinstall(reinstall), password))
}

fn read<T: DeserializeOwned>(parameters: Map<String, Value>) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(parameters))
        .map_err(|error| Refusal::invalid(format!("parameters: {error}")))
}

pub(in crate::native) fn check_password(password: &Secret) -> Result<(), Refusal> {
    let text = password.expose();
    let fits = (1..=PASSWORD_CHARS_MAX).contains(&text.chars().count());
    if fits && !text.contains(char::is_control) {
        return Ok(());
    }
    let text = format!("password must have from 1 to {PASSWORD_CHARS_MAX} visible characters");
    Err(Refusal::invalid(text))
}
