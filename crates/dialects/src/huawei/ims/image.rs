//! An image in this service's words.

use regiment_core::model::{ImageOrigin, ImagePhase, ImageSource, OsFamily};
use regiment_core::world::SeenImage;
use serde::Serialize;

use crate::huawei::{ids, times};

/// Every field is also what the lists may be asked for, by the same name.
#[derive(Serialize)]
pub(super) struct ImageOf<'a> {
    pub id: String,
    name: &'a str,
    status: &'static str,
    visibility: &'static str,
    owner: String,
    protected: bool,
    min_disk: u32,
    min_ram: u32,
    container_format: &'static str,
    disk_format: &'static str,
    created_at: String,
    updated_at: String,
    tags: [&'static str; 0],
    file: String,
    schema: &'static str,
    #[serde(rename = "self")]
    own: String,
    virtual_env_type: &'static str,
    hw_firmware_type: &'static str,
    enterprise_project_id: &'static str,
    __imagetype: &'static str,
    __os_type: &'static str,
    __os_version: &'a str,
    __os_bit: &'static str,
    __platform: &'a str,
    __isregistered: &'static str,
    __image_source_type: &'static str,
    __support_kvm: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    __description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    __data_origin: Option<String>,
}

/// The platforms that this service tells apart by name; what is none of them is `Other`.
const PLATFORMS: [&str; 12] = [
    "Windows",
    "Ubuntu",
    "RedHat",
    "SUSE",
    "CentOS",
    "Debian",
    "OpenSUSE",
    "Fedora",
    "CoreOS",
    "EulerOS",
    "openEuler",
    "Rocky Linux",
];

pub(super) fn describe(seen: SeenImage<'_>) -> ImageOf<'_> {
    let SeenImage { image, source, own } = seen;
    let id = image.id.to_string();
    let (kind, visibility) = match source {
        ImageSource::Public => ("gold", "public"),
        ImageSource::Private => ("private", "private"),
        ImageSource::Market => ("market", "public"),
        ImageSource::Shared => ("shared", "shared"),
    };
    let platform = PLATFORMS.iter().find(|name| image.os.starts_with(**name));
    let made = times::plain(image.created_at);
    ImageOf {
        name: &image.name,
        status: match own.map(|own| own.phase) {
            None | Some(ImagePhase::Ready) => "active",
            Some(ImagePhase::Making | ImagePhase::Copying) => "saving",
            Some(ImagePhase::NotMade | ImagePhase::Gone) => "killed",
        },
        visibility,
        owner: own.map_or_else(|| ids::of_catalog("owner of images"), |own| own.project.plain()),
        protected: visibility == "public",
        min_disk: image.disk_gib_min,
        min_ram: 0,
        container_format: "bare",
        disk_format: "zvhd2",
        created_at: made.clone(),
        updated_at: made,
        tags: [],
        file: format!("/v2/images/{id}/file"),
        schema: "/v2/schemas/image",
        own: format!("/v2/images/{id}"),
        virtual_env_type: "FusionCompute",
        hw_firmware_type: "bios",
        enterprise_project_id: "0",
        __imagetype: kind,
        __os_type: match image.family {
            OsFamily::Linux => "Linux",
            OsFamily::Windows => "Windows",
        },
        __os_version: &image.os,
        __os_bit: "64",
        __platform: platform.copied().unwrap_or("Other"),
        __isregistered: "true",
        __image_source_type: "uds",
        __support_kvm: "true",
        __description: own.map(|own| &*own.description),
        __data_origin: own.map(|own| match own.origin {
            ImageOrigin::Server(server) => format!("instance,{server}"),
            ImageOrigin::Image(from) => format!("image,{from}"),
        }),
        id,
    }
}
