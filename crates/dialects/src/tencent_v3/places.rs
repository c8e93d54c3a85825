//! Regions and zones. Everything is in whichever region is asked for; its zones are numbered as the
//! core's are ordered: the first is `ap-guangzhou-1` to who asks for `ap-guangzhou`.

use std::sync::Arc;

use regiment_core::world::World;

/// Regions that are told of: code, name, name in Chinese.
pub const REGIONS: &[(&str, &str, &str)] = &[
    ("ap-beijing", "North China (Beijing)", "华北地区(北京)"),
    ("ap-chengdu", "Southwest China (Chengdu)", "西南地区(成都)"),
    ("ap-guangzhou", "South China (Guangzhou)", "华南地区(广州)"),
    ("ap-hongkong", "Hong Kong, Macao and Taiwan (Hong Kong)", "港澳台地区(中国香港)"),
    ("ap-nanjing", "East China (Nanjing)", "华东地区(南京)"),
    ("ap-shanghai", "East China (Shanghai)", "华东地区(上海)"),
    ("ap-singapore", "Southeast Asia Pacific (Singapore)", "亚太东南(新加坡)"),
];

/// A region as this version calls it.
pub use crate::tencent::regions::region;

/// The zones of a world as a region's, numbered once for many look-ups.
pub struct Zones {
    region: Arc<str>,
    names: Vec<Arc<str>>,
}

impl Zones {
    pub fn of(world: &World, region: &Arc<str>) -> Zones {
        Zones { region: region.clone(), names: world.zones().cloned().collect() }
    }

    /// Their names here, in order.
    pub fn all(&self) -> impl Iterator<Item = String> {
        (1..=self.names.len()).map(|number| format!("{}-{number}", self.region))
    }

    /// What the core calls each, beside its name here.
    pub fn with_names(&self) -> impl Iterator<Item = (&Arc<str>, String)> {
        self.names.iter().zip(self.all())
    }

    /// A zone that has no host is shown as the core calls it.
    pub fn shown(&self, name: &str) -> String {
        match self.names.iter().position(|known| **known == *name) {
            Some(place) => format!("{}-{}", self.region, place + 1),
            None => name.to_owned(),
        }
    }

    /// What the core calls the zone a client names, here or there.
    pub fn find(&self, text: &str) -> Option<&Arc<str>> {
        let place = self.all().position(|name| name == text);
        place
            .map(|place| &self.names[place])
            .or_else(|| self.names.iter().find(|name| ***name == *text))
    }
}
