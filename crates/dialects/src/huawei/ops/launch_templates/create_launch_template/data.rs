//! `template_data`: what is wanted of servers, read and given back. The cloud does not ask whether what it
//! names exists or fits together; its types, its enumerations and its tags must be right.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::huawei::body::{Flag, Whole};
use crate::huawei::faults::Row;
use crate::huawei::limits::{
    TEMPLATE_TAG_KEY_CHARS_MAX, TEMPLATE_TAG_VALUE_CHARS_MAX, TEMPLATE_TAGS_MAX,
};

/// Declares objects all of whose fields may be left out, and then are.
macro_rules! objects {
    ($($(#[$doc:meta])* struct $name:ident { $($field:ident: $kind:ty,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Deserialize, Serialize)]
            pub(in crate::huawei::ops::launch_templates) struct $name {
                $(
                    #[serde(skip_serializing_if = "Option::is_none")]
                    pub $field: Option<$kind>,
                )+
            }
        )+
    };
}

objects! {
    struct Data {
        flavor_id: String,
        name: String,
        description: String,
        availability_zone_id: String,
        enterprise_project_id: String,
        auto_recovery: Flag,
        os_profile: OsProfile,
        security_group_ids: Vec<String>,
        network_interfaces: Vec<Interface>,
        block_device_mappings: Vec<Mapping>,
        market_options: Charging,
        internet_access: InternetAccess,
        metadata: BTreeMap<String, String>,
        tag_options: Vec<TagOptions>,
    }

    struct OsProfile {
        key_name: String,
        user_data: String,
        iam_agency_name: String,
        enable_monitoring_service: Flag,
    }

    struct Interface {
        virsubnet_id: String,
        attachment: InterfacePlace,
    }

    struct InterfacePlace {
        device_index: Whole,
    }

    struct Mapping {
        source_id: String,
        source_type: String,
        encrypted: Flag,
        cmk_id: String,
        volume_type: String,
        volume_size: Whole,
        attachment: MappingPlace,
    }

    struct MappingPlace {
        boot_index: Whole,
        delete_on_termination: Flag,
    }

    struct Charging {
        market_type: String,
        spot_options: Bid,
    }

    struct Bid {
        spot_price: serde_json::Number,
        block_duration_minutes: Whole,
        instance_interruption_behavior: String,
    }

    struct InternetAccess {
        publicip: PublicAddress,
    }

    struct PublicAddress {
        publicip_type: String,
        charging_mode: String,
        bandwidth: Bandwidth,
        delete_on_termination: Flag,
    }

    struct Bandwidth {
        share_type: String,
        size: Whole,
        charge_mode: String,
        id: String,
    }

    struct TagOptions {
        tags: Vec<TagPair>,
    }

    struct TagPair {
        key: String,
        value: String,
    }
}

impl Data {
    /// Reads what [`text`](Self::text) wrote.
    pub fn read(text: &str) -> Option<Data> {
        serde_json::from_str(text).ok()
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("wishes are plain data")
    }

    /// Whether a volume is to be made from this image.
    pub fn uses_image(&self, id: &str) -> bool {
        self.block_device_mappings.iter().flatten().any(|mapping| {
            mapping.source_type.as_deref() == Some("image")
                && mapping.source_id.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(id))
        })
    }

    pub fn check(&self) -> Result<(), Row> {
        for mapping in self.block_device_mappings.iter().flatten() {
            one_of("source_type", mapping.source_type.as_deref(), ["blank", "image"])?;
        }
        if let Some(market) = &self.market_options {
            one_of("market_type", market.market_type.as_deref(), ["spot", "postpaid"])?;
        }
        let public = self.internet_access.as_ref().and_then(|access| access.publicip.as_ref());
        if let Some(bandwidth) = public.and_then(|public| public.bandwidth.as_ref()) {
            one_of("share_type", bandwidth.share_type.as_deref(), ["PER", "WHOLE"])?;
            one_of("charge_mode", bandwidth.charge_mode.as_deref(), ["bandwidth", "traffic"])?;
        }
        self.check_tags()
    }

    fn check_tags(&self) -> Result<(), Row> {
        let Some(options) = &self.tag_options else { return Ok(()) };
        let lists = || options.iter().filter_map(|options| options.tags.as_ref());
        let longest = lists().map(Vec::len).chain([options.len()]).max().unwrap_or_default();
        if longest > TEMPLATE_TAGS_MAX {
            return Err(Row::new("Ecs.0905", 400, "A template can have at most 20 tags."));
        }
        let chars = |text: &Option<String>| text.as_ref().map(|text| text.chars().count());
        let forbidden = |text: &Option<String>, more: &str| {
            let unfit = |c: char| c <= '\u{1f}' || "=*<>\\,|".contains(c) || more.contains(c);
            text.as_ref().is_some_and(|text| text.contains(unfit))
        };
        for TagPair { key, value } in lists().flatten() {
            if chars(key).is_some_and(|count| !(1..=TEMPLATE_TAG_KEY_CHARS_MAX).contains(&count))
                || chars(value).is_some_and(|count| count > TEMPLATE_TAG_VALUE_CHARS_MAX)
            {
                return Err(Row::new("Ecs.0906", 400, "A tag's key or value has a wrong length."));
            }
            if forbidden(key, "/") || forbidden(value, "") {
                return Err(Row::new("Ecs.0907", 400, "A tag contains invalid characters."));
            }
        }
        Ok(())
    }
}

fn one_of(key: &str, given: Option<&str>, allowed: [&str; 2]) -> Result<(), Row> {
    match given {
        Some(given) if !allowed.contains(&given) => {
            let [one, other] = allowed;
            Err(Row::invalid(format!("{key} must be {one} or {other}.")))
        }
        Some(_) | None => Ok(()),
    }
}
