use regiment_core::command::TargetRef;
use regiment_core::model::{FaultKind, ImageId, ImageSource, ProjectId};
use regiment_core::ops::{Operation, PasswordFit, Reinstall};
use regiment_core::vault::Secret;
use regiment_core::world::World;

use crate::Action;
use crate::tencent::{ids, images, regions};
use crate::tencent_v2::call::{Call, Issuer};
use crate::tencent_v2::faults::Refusal;
use crate::tencent_v2::{password, task};

/// The system disk cannot be given another size; it may be given the one it has.
struct Wanted {
    instance: String,
    image: Option<WantedImage>,
    root_gib: Option<u32>,
    password: Option<(Secret, PasswordFit)>,
}

/// An image as a client names it.
pub struct WantedImage {
    id: String,
    source: Option<ImageSource>,
    /// Who names it, and where.
    project: ProjectId,
    region: String,
}

/// `ResetInstances`: despite its name, one instance. It is stopped for it if it runs, and runs after.
pub fn decode(call: &Call<'_>) -> Result<Action, Refusal> {
    let fields = call.fields();
    let image = WantedImage::read(call)?;
    if image.is_none() && fields.text("imageType").is_some() {
        return Err(Refusal::Missing("imageId".to_owned()));
    }
    fields.flag("needSecurityAgent")?;
    fields.flag("needMonitorAgent")?;
    let wanted = Wanted {
        instance: fields.need("instanceId")?.to_owned(),
        image,
        root_gib: fields.number("rootSize", 1..=u32::MAX)?,
        password: password::read(&fields)?,
    };
    let issuer = call.issuer();
    Ok(Action::consult(move |view| task::settled(order(view.world, wanted, &issuer))))
}

fn order(world: &World, wanted: Wanted, issuer: &Issuer) -> Result<Action, Refusal> {
    let server = ids::find_instance(world, issuer.project, &wanted.instance)
        .ok_or(FaultKind::ServerNotFound)?;
    let image = wanted.image.map(|image| image.find(world)).transpose()?;
    let root_gib = server.details.volumes.first().map(|volume| volume.size_gib);
    if wanted.root_gib.is_some() && root_gib.is_some() && wanted.root_gib != root_gib {
        return Err(Refusal::Unreadable("rootSize cannot be changed here"));
    }
    let (secret, fit) = match wanted.password {
        Some((secret, fit)) => (Some(secret), fit),
        None => (None, PasswordFit::ANY),
    };
    let operation = Operation::Reinstall(Reinstall {
        image,
        stop_first: true,
        key_name: None,
        user_data: None,
        encrypted_password: None,
        fit,
    });
    let mut command = issuer.command(operation, vec![TargetRef::Server(server.id)]);
    command.secret = secret;
    Ok(task::order_numbered(command, "ok"))
}

impl WantedImage {
    pub fn read(call: &Call<'_>) -> Result<Option<WantedImage>, Refusal> {
        let fields = call.fields();
        let source = match fields.number("imageType", 1..=4)? {
            Some(1) => Some(ImageSource::Private),
            Some(2) => Some(ImageSource::Public),
            Some(3) => Some(ImageSource::Market),
            Some(_) => Some(ImageSource::Shared),
            None => None,
        };
        let id = fields.text("imageId");
        let region = regions::region(&call.region()).to_owned();
        let project = call.project();
        Ok(id.map(|id| WantedImage { id: id.to_owned(), source, project, region }))
    }

    /// The image, which must be of the kind the client says, if it says one.
    pub fn find(&self, world: &World) -> Result<ImageId, Refusal> {
        images::find(world, self.project, &self.region, &self.id)
            .filter(|seen| self.source.is_none_or(|source| source == seen.source))
            .map(|seen| seen.image.id)
            .ok_or_else(|| {
                regiment_core::model::Fault::with(FaultKind::ImageNotFound, &*self.id).into()
            })
    }
}
