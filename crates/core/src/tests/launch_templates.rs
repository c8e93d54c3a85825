//! Launch templates, through a restart from the log and from rows.

use crate::edits::{AddLaunchTemplate, Edit, RemoveLaunchTemplate};
use crate::engine::{Inbox, Settings};
use crate::model::{AssetKey, FaultKind, LaunchTemplateId};
use crate::ops::Operation;

use super::plane::{PROJECT, Plane, command_on};

fn add(name: &str) -> Operation {
    let add = AddLaunchTemplate {
        name: name.into(),
        description: "of a template".into(),
        version_description: "of its first version".into(),
        content: "{\"flavor\":\"small\"}".into(),
        count_max: 2,
    };
    Edit::AddLaunchTemplate(add).into()
}

fn remove(id: LaunchTemplateId) -> Operation {
    Edit::RemoveLaunchTemplate(RemoveLaunchTemplate { id }).into()
}

fn made(plane: &mut Plane, request: u128, name: &str) -> LaunchTemplateId {
    let receipt = plane.order(command_on(request, add(name), Vec::new())).unwrap().unwrap();
    let [AssetKey::LaunchTemplate(PROJECT, id)] = receipt.made.as_slice() else {
        panic!("{receipt:?}")
    };
    *id
}

fn refused(plane: &mut Plane, request: u128, operation: Operation) -> FaultKind {
    plane.order(command_on(request, operation, Vec::new())).unwrap().unwrap_err().kind
}

#[test]
fn templates_survive_a_restart_and_go_with_their_versions() {
    for checkpoint in [false, true] {
        let mut plane = Plane::new(Settings::default());
        let (first, second) = (made(&mut plane, 1, "a"), made(&mut plane, 2, "b"));
        let before = plane.world().launch_template(PROJECT, first).cloned().unwrap();
        plane.turn(Inbox { checkpoint, ..Inbox::new() }).unwrap();
        let mut plane = plane.restarted();
        assert_eq!(plane.world().launch_template(PROJECT, first), Some(&before));
        assert_eq!((before.default_version, before.latest_version()), (1, 1));
        assert_eq!(&*before.versions[0].content, "{\"flavor\":\"small\"}");
        plane.order(command_on(3, remove(first), Vec::new())).unwrap().unwrap();
        let mut plane = plane.restarted();
        let left: Vec<_> =
            plane.world().launch_templates(PROJECT).map(|template| template.id).collect();
        assert_eq!(left, [second]);
        assert_eq!(refused(&mut plane, 4, remove(first)), FaultKind::TemplateNotFound);
    }
}

#[test]
fn a_name_is_there_once_and_a_project_has_no_more_than_it_may() {
    let mut plane = Plane::new(Settings::default());
    made(&mut plane, 1, "a");
    assert_eq!(refused(&mut plane, 2, add("a")), FaultKind::TemplateExists);
    let mut checked = command_on(3, add("b"), Vec::new());
    checked.dry_run = true;
    plane.order(checked).unwrap().unwrap();
    assert_eq!(plane.world().launch_templates(PROJECT).count(), 1);
    made(&mut plane, 4, "b");
    assert_eq!(refused(&mut plane, 5, add("c")), FaultKind::QuotaExceeded);
}
