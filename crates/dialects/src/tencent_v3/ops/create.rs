use std::net::Ipv4Addr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regiment_core::command::TokenClaim;
use regiment_core::model::{
    Details, FaultKind, Hints, Image, KeyPair, NetworkId, ProjectId, Tag, Time,
};
use regiment_core::ops::{Create, NicOrder, Operation, PasswordFit, VolumeOrder};
use regiment_core::vault::Secret;
use regiment_core::world::World;
use serde::{Deserialize, Serialize};

use crate::Action;
use crate::tencent::{hints, hostname, ids, images, key_pairs};
use crate::tencent_v3::call::{Call, Issuer};
use crate::tencent_v3::charges::{Charge, Internet, Prepaid};
use crate::tencent_v3::faults::Refusal;
use crate::tencent_v3::password::{self, Purpose};
use crate::tencent_v3::places::Zones;
use crate::tencent_v3::{names, times, types};

/// Instances in one call.
pub const COUNT_MAX: i64 = 100;
const DATA_DISKS_MAX: usize = 20;
const USER_DATA_BYTES_MAX: usize = 16 << 10;

pub const HINT_ROLE: &str = "tencent_v3/CamRoleName";
pub const HINT_PROTECTED: &str = "tencent_v3/DisableApiTermination";

/// Kinds of disk, the usual one first.
const DISK_TYPES: [&str; 10] = [
    "CLOUD_PREMIUM",
    "CLOUD_BASIC",
    "CLOUD_BSSD",
    "CLOUD_HSSD",
    "CLOUD_SSD",
    "CLOUD_TSSD",
    "LOCAL_BASIC",
    "LOCAL_NVME",
    "LOCAL_PRO",
    "LOCAL_SSD",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    instance_charge_type: Option<String>,
    instance_charge_prepaid: Option<Prepaid>,
    placement: Option<Placement>,
    instance_type: Option<String>,
    image_id: Option<String>,
    system_disk: Option<SystemDisk>,
    #[serde(default)]
    data_disks: Vec<DataDisk>,
    virtual_private_cloud: Option<Network>,
    internet_accessible: Option<Internet>,
    instance_count: Option<i64>,
    min_count: Option<i64>,
    instance_name: Option<String>,
    #[serde(default)]
    login_settings: LoginSettings,
    #[serde(default)]
    security_group_ids: Vec<String>,
    client_token: Option<String>,
    host_name: Option<String>,
    action_timer: Option<ActionTimer>,
    #[serde(default)]
    tag_specification: Vec<TagSpecification>,
    user_data: Option<String>,
    #[serde(default)]
    dry_run: bool,
    cam_role_name: Option<String>,
    disable_api_termination: Option<bool>,
    /// What is not here: asked for, it is refused rather than passed over.
    #[serde(flatten)]
    absent: Absent,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Absent {
    launch_template: Option<serde_json::Value>,
    hpc_cluster_id: Option<String>,
    dedicated_cluster_id: Option<String>,
    #[serde(default)]
    chc_ids: Vec<String>,
    #[serde(default)]
    network_interfaces: Vec<serde_json::Value>,
    #[serde(default)]
    disaster_recover_group_ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Placement {
    zone: String,
    project_id: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SystemDisk {
    pub disk_type: Option<String>,
    pub disk_size: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataDisk {
    disk_size: i64,
    disk_type: Option<String>,
    delete_with_instance: Option<bool>,
    snapshot_id: Option<String>,
    #[serde(default)]
    encrypt: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Network {
    vpc_id: String,
    subnet_id: String,
    #[serde(default)]
    private_ip_addresses: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoginSettings {
    password: Option<String>,
    #[serde(default)]
    key_ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ActionTimer {
    timer_action: Option<String>,
    action_time: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagSpecification {
    resource_type: String,
    tags: Vec<WantedTag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WantedTag {
    key: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    instance_id_set: Vec<String>,
}

/// `RunInstances`.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let wanted: Wanted = call.read()?;
    wanted.absent.check()?;
    let count = wanted.count()?;
    let login = Login::read(&wanted.login_settings)?;
    let token = call.token(wanted.client_token.as_deref(), "InvalidClientToken.TooLong")?;
    let region = call.region.clone();
    Ok(call.consult(move |view, issuer| {
        let order = Order { world: view.world, wanted: &wanted, region: &region, now: view.now };
        order.make(issuer, count, login, token)
    }))
}

impl Absent {
    fn check(&self) -> Result<(), Refusal> {
        let Absent {
            launch_template,
            hpc_cluster_id,
            dedicated_cluster_id,
            chc_ids,
            network_interfaces,
            disaster_recover_group_ids,
        } = self;
        let asked = [
            ("LaunchTemplate", launch_template.is_some()),
            ("HpcClusterId", hpc_cluster_id.is_some()),
            ("DedicatedClusterId", dedicated_cluster_id.is_some()),
            ("ChcIds", !chc_ids.is_empty()),
            ("NetworkInterfaces", !network_interfaces.is_empty()),
            ("DisasterRecoverGroupIds", !disaster_recover_group_ids.is_empty()),
        ];
        match asked.iter().find(|(_, asked)| *asked) {
            Some((name, _)) => Err(Refusal::not_served(name)),
            None => Ok(()),
        }
    }
}

impl Wanted {
    fn count(&self) -> Result<usize, Refusal> {
        let count = self.instance_count.unwrap_or(1);
        if !(1..=COUNT_MAX).contains(&count) {
            return Err(Refusal::out_of_range("InstanceCount", 1, COUNT_MAX));
        }
        if let Some(least) = self.min_count.filter(|least| !(1..=count).contains(least)) {
            let code = "InvalidParameterValue.InvalidParameterMinCount";
            return Err(Refusal::bad(code, "MinCount", least));
        }
        Ok(usize::try_from(count).unwrap_or(1))
    }

    fn hints(&self, family: Option<Arc<str>>, now: Time) -> Result<Hints, Refusal> {
        let charge = Charge::read(
            self.instance_charge_type.as_deref(),
            self.instance_charge_prepaid.as_ref(),
        )?;
        let mut said = charge.kept(now);
        let mut say = |name: &str, value: Option<Arc<str>>| {
            if let Some(value) = value {
                said.insert(name.into(), value);
            }
        };
        say(types::HINT_FAMILY, family);
        say(HINT_ROLE, self.cam_role_name.as_deref().map(Into::into));
        let protected = self.disable_api_termination.filter(|protected| *protected);
        say(HINT_PROTECTED, protected.map(|_| "true".into()));
        let project = self.placement.as_ref().and_then(|placement| placement.project_id);
        say(hints::PROJECT, project.map(|project| project.to_string().into()));
        if let Some(internet) = &self.internet_accessible {
            let network = internet.network(charge.is_in_advance())?;
            say(hints::BANDWIDTH_TYPE, Some(network.kept().into()));
            say(hints::BANDWIDTH, Some(internet.mbps()?.to_string().into()));
        }
        Ok(said)
    }

    fn tags(&self) -> Vec<Tag> {
        tags_of("instance", &self.tag_specification)
    }

    /// When the instances go by themselves.
    fn ends_at(&self, now: Time) -> Result<Option<Time>, Refusal> {
        let Some(timer) = &self.action_timer else { return Ok(None) };
        match timer.timer_action.as_deref() {
            None | Some("TerminateInstances") => {}
            Some(other) => {
                let name = "ActionTimer.TimerAction";
                return Err(Refusal::bad("InvalidParameterValue", name, other));
            }
        }
        let text = timer.action_time.as_deref().unwrap_or_default();
        match times::read(text) {
            Some(at) if at > now => Ok(Some(at)),
            Some(_) | None => Err(Refusal::bad(
                "InvalidParameterValue.InvalidTimeFormat",
                "ActionTimer.ActionTime",
                text,
            )),
        }
    }
}

/// The tags for a kind of thing.
pub fn tags_of(kind: &str, said: &[TagSpecification]) -> Vec<Tag> {
    let tags = said.iter().filter(|said| said.resource_type == kind).flat_map(|said| &said.tags);
    tags.map(|tag| Tag { key: (*tag.key).into(), value: (*tag.value).into() }).collect()
}

/// How the instances let people in.
struct Login {
    settings: LoginSettings,
    password: Option<(Secret, PasswordFit)>,
}

impl Login {
    fn read(settings: &LoginSettings) -> Result<Login, Refusal> {
        let password = settings.password()?;
        let settings = LoginSettings { password: None, key_ids: settings.key_ids.clone() };
        Ok(Login { settings, password })
    }
}

impl LoginSettings {
    pub fn password(&self) -> Result<Option<(Secret, PasswordFit)>, Refusal> {
        let Some(text) = self.password.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if !self.key_ids.is_empty() {
            return Err(Refusal::conflict("LoginSettings.Password", "LoginSettings.KeyIds"));
        }
        password::check(text, Purpose::Login).map(Some)
    }
}

/// The name of the key pair, if one is wanted.
pub fn key_name(
    world: &World,
    project: ProjectId,
    login: &LoginSettings,
) -> Result<Option<Arc<str>>, Refusal> {
    let [id] = login.key_ids.as_slice() else {
        return match login.key_ids.len() {
            0 => Ok(None),
            _ => Err(Refusal::too_many("LoginSettings.KeyIds", 1)),
        };
    };
    Ok(Some(key_pair(world, project, id)?.name.clone()))
}

/// A key pair by its id.
pub fn key_pair<'w>(
    world: &'w World,
    project: ProjectId,
    id: &str,
) -> Result<&'w KeyPair, Refusal> {
    let pair = key_pairs::find(world, project, id);
    pair.ok_or_else(|| Refusal::from(FaultKind::KeyPairNotFound).about(id))
}

/// An image by its id, of which servers can be made.
pub fn image<'w>(
    world: &'w World,
    project: ProjectId,
    region: &str,
    id: &str,
) -> Result<&'w Image, Refusal> {
    if !ids::may_be_image(id) {
        return Err(Refusal::bad("InvalidImageId.Malformed", "ImageId", id));
    }
    match images::find(world, project, region, id) {
        Some(seen) if seen.is_ready() => Ok(seen.image),
        Some(_) => Err(Refusal::from(FaultKind::ImageBusy)
            .coded("InvalidParameterValue.InvalidImageState")
            .about(id)),
        None => Err(Refusal::from(FaultKind::ImageNotFound).about(id)),
    }
}

/// What a new system is told, as it is sent.
pub fn user_data(text: &str) -> Result<Arc<str>, Refusal> {
    let read = BASE64.decode(text).ok();
    match read.filter(|bytes| bytes.len() <= USER_DATA_BYTES_MAX) {
        Some(_) => Ok(text.into()),
        None => Err(Refusal::bad("InvalidParameterValue.InvalidUserDataFormat", "UserData", "…")),
    }
}

/// What is wanted, and the world it is wanted in.
struct Order<'a> {
    world: &'a World,
    wanted: &'a Wanted,
    region: &'a Arc<str>,
    now: Time,
}

impl Order<'_> {
    fn make(
        &self,
        issuer: &Issuer,
        count: usize,
        login: Login,
        token: Option<TokenClaim>,
    ) -> Result<Action, Refusal> {
        let wanted = self.wanted;
        let placement = wanted.placement.as_ref().ok_or_else(|| Refusal::missing("Placement"))?;
        let zone =
            Zones::of(self.world, self.region).find(&placement.zone).cloned().ok_or_else(|| {
                Refusal::bad("InvalidZone.MismatchRegion", "Placement.Zone", &placement.zone)
            })?;
        let id = wanted.image_id.as_deref().ok_or_else(|| Refusal::missing("ImageId"))?;
        let image = image(self.world, issuer.project, self.region, id)?;
        let kind = wanted.instance_type.as_deref().unwrap_or("S1.SMALL1");
        let (flavor, family) = types::find(self.world, kind)?;
        let name = wanted.host_name.as_deref().unwrap_or_default();
        if !name.is_empty() && !hostname::fits(name, image.family) {
            return Err(Refusal::bad("InvalidParameterValue.IllegalHostName", "HostName", name));
        }
        let secret = match login.password {
            Some((_, fit)) if !fit.suits(image.family) => {
                return Err(FaultKind::PasswordUnfit.into());
            }
            Some((secret, _)) => Some(secret),
            None => None,
        };
        let (network, nic) = self.nic(issuer.project, count)?;
        let details = Details {
            zone,
            hostname: name.into(),
            key_name: key_name(self.world, issuer.project, &login.settings)?,
            user_data: wanted.user_data.as_deref().map(user_data).transpose()?,
            auto_terminate_at: wanted.ends_at(self.now)?,
            network,
            security_groups: self.security_groups(issuer.project)?,
            tags: wanted.tags(),
            hints: wanted.hints(family, self.now)?,
            ..Details::default()
        };
        let operation = Operation::Create(Create {
            spread: false,
            names: names::of_new(wanted.instance_name.as_deref(), count)?,
            flavor: flavor.name.clone(),
            image: image.id,
            details: Arc::new(details),
            nics: vec![nic],
            volumes: self.volumes(image)?,
        });
        let mut command = issuer.command(operation, Vec::new());
        command.secret = secret;
        command.token = token;
        command.dry_run = wanted.dry_run;
        Ok(issuer.order_with(command, |receipt| Made {
            instance_id_set: receipt.servers().map(|id| ids::instance(id.handle())).collect(),
        }))
    }

    /// The network and the interface in it: the project's first when the caller names none.
    fn nic(
        &self,
        project: ProjectId,
        count: usize,
    ) -> Result<(Option<NetworkId>, NicOrder), Refusal> {
        // `DEFAULT` is the word for whichever there is.
        let named = |wanted: &&Network| wanted.vpc_id != "DEFAULT" || wanted.subnet_id != "DEFAULT";
        let Some(wanted) = self.wanted.virtual_private_cloud.as_ref().filter(named) else {
            let subnet = self.world.subnets(project).next();
            let nic = NicOrder { subnet: subnet.map(|subnet| subnet.id), ..NicOrder::default() };
            return Ok((subnet.map(|subnet| subnet.vpc), nic));
        };
        let vpc = vpc(self.world, project, wanted)?;
        let subnet = subnet(self.world, project, wanted)?;
        let address = match wanted.private_ip_addresses.as_slice() {
            [] => None,
            [one] if count == 1 => Some(one.parse::<Ipv4Addr>().map_err(|_| {
                let name = "VirtualPrivateCloud.PrivateIpAddresses";
                Refusal::bad("InvalidParameterValue.IPAddressMalformed", name, one)
            })?),
            many if many.len() == count => {
                return Err(Refusal::not_served("VirtualPrivateCloud.PrivateIpAddresses"));
            }
            many => {
                let name = "VirtualPrivateCloud.PrivateIpAddresses";
                return Err(Refusal::bad("InvalidParameterValue", name, many.len()));
            }
        };
        let nic = NicOrder { subnet: Some(subnet), address, ..NicOrder::default() };
        Ok((Some(vpc), nic))
    }

    fn security_groups(&self, project: ProjectId) -> Result<Vec<NetworkId>, Refusal> {
        let find = |id: &String| security_group(self.world, project, "SecurityGroupIds", id);
        self.wanted.security_group_ids.iter().map(find).collect()
    }

    fn volumes(&self, image: &Image) -> Result<Vec<VolumeOrder>, Refusal> {
        if self.wanted.data_disks.len() > DATA_DISKS_MAX {
            return Err(Refusal::too_many("DataDisks", DATA_DISKS_MAX));
        }
        let system = self.wanted.system_disk.as_ref();
        let least = i64::from(image.disk_gib_min);
        let root = VolumeOrder {
            size_gib: system
                .and_then(|disk| disk.disk_size)
                .map(|size| size_gib("SystemDisk.DiskSize", size, least))
                .transpose()?,
            class: class("SystemDisk.DiskType", system.and_then(|disk| disk.disk_type.as_deref()))?,
            delete_with_server: true,
        };
        let mut volumes = vec![root];
        for disk in &self.wanted.data_disks {
            if disk.snapshot_id.is_some() {
                return Err(Refusal::not_served("DataDisks.SnapshotId"));
            }
            if disk.encrypt {
                return Err(Refusal::not_served("DataDisks.Encrypt"));
            }
            volumes.push(VolumeOrder {
                size_gib: Some(size_gib("DataDisks.DiskSize", disk.disk_size, 10)?),
                class: class("DataDisks.DiskType", disk.disk_type.as_deref())?,
                delete_with_server: disk.delete_with_instance.unwrap_or(true),
            });
        }
        Ok(volumes)
    }
}

impl Network {
    pub fn addresses(&self) -> &[String] {
        &self.private_ip_addresses
    }
}

/// The network that is named.
pub fn vpc(world: &World, project: ProjectId, wanted: &Network) -> Result<NetworkId, Refusal> {
    let vpc = world.vpcs(project).find(|vpc| ids::network(vpc.id) == wanted.vpc_id);
    vpc.map(|vpc| vpc.id).ok_or_else(|| {
        let code = "InvalidParameterValue.VpcIdNotExist";
        Refusal::bad(code, "VirtualPrivateCloud.VpcId", &wanted.vpc_id)
    })
}

/// The subnet that is named.
pub fn subnet(world: &World, project: ProjectId, wanted: &Network) -> Result<NetworkId, Refusal> {
    let subnet = world.subnets(project).find(|one| ids::subnet(one.id) == wanted.subnet_id);
    subnet.map(|subnet| subnet.id).ok_or_else(|| {
        let code = "InvalidParameterValue.SubnetNotExist";
        Refusal::bad(code, "VirtualPrivateCloud.SubnetId", &wanted.subnet_id)
    })
}

/// A security group by its id.
pub fn security_group(
    world: &World,
    project: ProjectId,
    name: &str,
    id: &str,
) -> Result<NetworkId, Refusal> {
    let group = world.security_groups(project).find(|group| ids::security_group(group.id) == id);
    let group = group.map(|group| group.id);
    group.ok_or_else(|| Refusal::bad("InvalidSecurityGroupId.NotFound", name, id))
}

pub fn size_gib(name: &str, size: i64, least: i64) -> Result<u32, Refusal> {
    const MOST: i64 = 32_000;
    match u32::try_from(size) {
        Ok(gib) if (least..=MOST).contains(&size) => Ok(gib),
        Ok(_) | Err(_) => Err(Refusal::out_of_range(name, least, MOST)),
    }
}

fn class(name: &str, said: Option<&str>) -> Result<Arc<str>, Refusal> {
    let said = said.filter(|said| !said.is_empty()).unwrap_or(DISK_TYPES[0]);
    if DISK_TYPES.contains(&said) {
        Ok(said.into())
    } else {
        Err(Refusal::bad("InvalidParameterValue", name, said))
    }
}

/// The kind of a disk that may have been ordered in another dialect.
pub fn shown_class(word: &str) -> &str {
    if DISK_TYPES.contains(&word) {
        word
    } else {
        crate::tencent::disks::word(crate::tencent::disks::number(word))
    }
}
