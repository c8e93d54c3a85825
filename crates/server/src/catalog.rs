//! What a new plane offers: shapes and images, as tables.

use std::sync::Arc;

use regiment_core::model::{Flavor, Image, ImageId, ImageSource, OsFamily, Time};

/// Every server of the first fleet has this shape and this image.
pub const FLEET_FLAVOR: &str = "s3.small.1";
pub const FLEET_IMAGE: ImageId = ImageId(0x2f1c_7b64_09d3_4e1a_8a5f_6c0e_51b2_7d40);

/// Families: names, what they are meant for, and which ratios of GiB to vCPUs they come in.
const FAMILIES: &[(&[&str], &str, &[u32])] = &[
    (&["s2", "s3", "s6", "s7"], "normal", &[1, 2, 4]),
    (&["c3", "c6", "c7"], "computingv3", &[2, 4]),
    (&["m3", "m6", "m7"], "highmem", &[8]),
];

/// Sizes: a name and its vCPUs.
const SIZES: &[(&str, u32)] = &[
    ("small", 1),
    ("medium", 1),
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("4xlarge", 16),
    ("8xlarge", 32),
];

/// One flavor for each family, size and ratio that go together: `s3.small.1` is 1 vCPU and 1 GiB,
/// `m6.xlarge.8` is 4 vCPUs and 32 GiB.
pub fn flavors() -> Vec<Flavor> {
    let mut flavors = Vec::new();
    for (families, class, ratios) in FAMILIES {
        let class: Arc<str> = (*class).into();
        for family in *families {
            for (size, vcpus) in SIZES {
                for ratio in ratios.iter().filter(|ratio| offered(size, **ratio)) {
                    flavors.push(Flavor {
                        name: format!("{family}.{size}.{ratio}").into(),
                        vcpus: *vcpus,
                        ram_mib: vcpus * ratio * 1024,
                        class: class.clone(),
                    });
                }
            }
        }
    }
    flavors
}

/// With one vCPU there is `small` for 1 GiB and `medium` for more; past that, at least 2 for each.
fn offered(size: &str, ratio: u32) -> bool {
    match size {
        "small" => ratio == 1,
        "medium" => ratio == 2 || ratio == 4,
        _ => ratio > 1,
    }
}

/// Images: id, name, system, family, least disk in GiB.
const IMAGES: &[(ImageId, &str, &str, OsFamily, u32)] = &[
    (
        ImageId(0x7d4c_1e90_5ab2_4f6c_9e37_1b8d_20fa_6c11),
        "Ubuntu 20.04 server 64bit",
        "Ubuntu 20.04 server 64bit",
        OsFamily::Linux,
        40,
    ),
    (FLEET_IMAGE, "Ubuntu 22.04 server 64bit", "Ubuntu 22.04 server 64bit", OsFamily::Linux, 40),
    (
        ImageId(0x90b5_3ad7_c214_4c8e_b1f0_47e2_98d6_1a22),
        "Ubuntu 24.04 server 64bit",
        "Ubuntu 24.04 server 64bit",
        OsFamily::Linux,
        40,
    ),
    (
        ImageId(0x11e8_f0c3_6b7d_4a95_8d02_c35e_f719_4b33),
        "Debian 11.1.0 64bit",
        "Debian 11.1.0 64bit",
        OsFamily::Linux,
        40,
    ),
    (
        ImageId(0x4ac9_0d12_e85f_4b37_9c64_0f1b_a3d7_5c44),
        "Debian 12.0.0 64bit",
        "Debian 12.0.0 64bit",
        OsFamily::Linux,
        40,
    ),
    (
        ImageId(0xb6f2_58e1_3d0a_4d79_a8c5_92e4_7b10_6d55),
        "CentOS 7.9 64bit",
        "CentOS 7.9 64bit",
        OsFamily::Linux,
        40,
    ),
    (
        ImageId(0x3e07_c9a4_f16b_4582_97d3_e80c_25b4_7e66),
        "Rocky Linux 9.0 64bit",
        "Rocky Linux 9.0 64bit",
        OsFamily::Linux,
        40,
    ),
    (
        ImageId(0xd815_62bf_0e49_4ac0_86f7_3b9d_c4e2_8f77),
        "openEuler 22.03 64bit",
        "openEuler 22.03 64bit",
        OsFamily::Linux,
        40,
    ),
    (
        ImageId(0x5b3e_91d7_a480_4e23_b59c_d60f_182a_9088),
        "EulerOS 2.10 64bit",
        "EulerOS 2.10 64bit",
        OsFamily::Linux,
        40,
    ),
    (
        ImageId(0xe2a6_0f4c_79d1_4b58_8e30_a7c2_5f94_a199),
        "Cloud Linux 3.1 64bit",
        "Cloud Linux 3.1 64bit",
        OsFamily::Linux,
        50,
    ),
    (
        ImageId(0x6907_d3b8_14ec_4f05_ac81_5e2b_f7d0_b2aa),
        "Windows Server 2019 Datacenter 64bit English",
        "Windows Server 2019 Datacenter 64bit",
        OsFamily::Windows,
        50,
    ),
    (
        ImageId(0xaf41_e76c_82b9_4d3a_91e6_084f_3c5d_c3bb),
        "Windows Server 2022 Datacenter 64bit English",
        "Windows Server 2022 Datacenter 64bit",
        OsFamily::Windows,
        50,
    ),
];

/// When the images were made, for those who sort by it: 2024-06-01.
const IMAGES_MADE_AT: Time = Time(1_717_200_000_000);

pub fn images() -> Vec<Image> {
    IMAGES
        .iter()
        .map(|(id, name, os, family, disk_gib_min)| Image {
            id: *id,
            name: (*name).into(),
            family: *family,
            os: (*os).into(),
            disk_gib_min: *disk_gib_min,
            source: ImageSource::Public,
            admin_user: match family {
                OsFamily::Linux => "root".into(),
                OsFamily::Windows => "Administrator".into(),
            },
            created_at: IMAGES_MADE_AT,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn flavors_are_named_by_what_they_are() {
        let flavors = flavors();
        let find = |name: &str| flavors.iter().find(|flavor| &*flavor.name == name).unwrap();
        for (name, vcpus, gib, class) in [
            ("s3.small.1", 1, 1, "normal"),
            ("s3.medium.2", 1, 2, "normal"),
            ("s6.large.2", 2, 4, "normal"),
            ("c7.2xlarge.4", 8, 32, "computingv3"),
            ("m6.xlarge.8", 4, 32, "highmem"),
        ] {
            let flavor = find(name);
            assert_eq!((flavor.vcpus, flavor.ram_mib), (vcpus, gib * 1024), "{name}");
            assert_eq!(&*flavor.class, class, "{name}");
        }
        let names: BTreeSet<_> = flavors.iter().map(|flavor| flavor.name.clone()).collect();
        assert_eq!(names.len(), flavors.len());
        find(FLEET_FLAVOR);
    }

    #[test]
    fn images_have_ids_of_their_own_in_the_form_of_a_uuid() {
        let images = images();
        let ids: BTreeSet<_> = images.iter().map(|image| image.id).collect();
        assert_eq!(ids.len(), images.len());
        assert!(ids.contains(&FLEET_IMAGE));
        for id in ids {
            assert_eq!(id.0 >> 76 & 0xF, 4, "{id} has no version");
            assert_eq!(id.0 >> 62 & 0b11, 0b10, "{id} has no variant");
        }
    }
}
