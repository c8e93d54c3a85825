use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Force, Rules, ServerRules, Step, Verdict, at_rest};
use crate::chance::Chance;
use crate::model::{
    Activity, Fault, FaultKind, Hints, Image, ImageId, ImageOrigin, ImagePhase, ImageSource,
    OwnImage, ProjectId, Server, SubJobId, Tag, Time,
};
use crate::world::World;

/// Make an image of a server's boot disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeImage {
    /// Chosen when the order is accepted.
    pub image: ImageId,
    pub name: Arc<str>,
    #[serde(default)]
    pub description: Arc<str>,
    /// Where it can be used, in the word the client used for it. Empty: everywhere.
    #[serde(default)]
    pub region: Arc<str>,
    /// What is done with a server that runs.
    pub running: WhenRunning,
    /// How many images the region may hold with this one.
    pub images_max: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Values a dialect was given and must give back, under that dialect's own names.
    #[serde(default, skip_serializing_if = "Hints::is_empty")]
    pub hints: Hints,
}

/// What an image is made of while its server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenRunning {
    Refused,
    /// Of what is on the disk just then.
    LeftRunning,
    /// The server is stopped before; whether it runs after.
    Stopped(Force, bool),
}

impl Rules for MakeImage {
    fn name(&self) -> &'static str {
        "make_image"
    }

    fn check(&self, world: &World, project: ProjectId) -> Result<(), Fault> {
        world.check_new_image(project, &self.region, &self.name, self.images_max)
    }

    fn steps(&self, was_running: bool) -> &'static [Step] {
        match self.running {
            WhenRunning::Stopped(force, again) if was_running => match (force, again) {
                (Force::Soft, false) => &[Step::Stop(Force::Soft), Step::Capture],
                (Force::Soft, true) => &[Step::Stop(Force::Soft), Step::Capture, Step::Run],
                (Force::SoftThenHard, false) => &[Step::Stop(Force::SoftThenHard), Step::Capture],
                (Force::SoftThenHard, true) => {
                    &[Step::Stop(Force::SoftThenHard), Step::Capture, Step::Run]
                }
                (Force::Hard, false) => &[Step::Stop(Force::Hard), Step::Capture],
                (Force::Hard, true) => &[Step::Stop(Force::Hard), Step::Capture, Step::Run],
            },
            WhenRunning::Stopped(..) | WhenRunning::Refused | WhenRunning::LeftRunning => {
                &[Step::Capture]
            }
        }
    }
}

impl ServerRules for MakeImage {
    fn activity(&self) -> Activity {
        Activity::MakingImage
    }

    fn targets_max(&self) -> usize {
        1
    }

    fn admit(&self, server: &Server, world: &World) -> Verdict {
        if let Err(kind) = at_rest(server, self.running != WhenRunning::Refused) {
            return Verdict::refuse(kind);
        }
        if world.image(server.image).is_none() {
            return Verdict::refuse(FaultKind::ImageNotFound);
        }
        Verdict::Admit
    }
}

impl MakeImage {
    pub(crate) fn choose(&mut self, chance: &mut Chance) {
        self.image = ImageId(chance.uuid());
    }

    /// The record of the image, held by the sub-job that makes it.
    pub(crate) fn mint(
        &self,
        world: &World,
        server: &Server,
        sub: SubJobId,
        now: Time,
    ) -> Option<OwnImage> {
        let from = world.image(server.image)?;
        let boot_gib = server.details.volumes.first().map(|volume| volume.size_gib);
        let image = Image {
            id: self.image,
            name: self.name.clone(),
            family: from.family,
            os: from.os.clone(),
            disk_gib_min: boot_gib.unwrap_or(from.disk_gib_min),
            source: ImageSource::Private,
            admin_user: from.admin_user.clone(),
            created_at: now,
        };
        Some(OwnImage {
            image: Arc::new(image),
            project: server.project,
            description: self.description.clone(),
            region: self.region.clone(),
            origin: ImageOrigin::Server(server.id),
            phase: ImagePhase::Making,
            held_by: Some(sub),
            shares: Vec::new(),
            tags: self.tags.clone(),
            hints: self.hints.clone(),
        })
    }
}
