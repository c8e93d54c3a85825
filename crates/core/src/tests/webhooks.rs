use super::plane::{PROJECT, Plane, command};
use crate::edits::{AddWebhook, Edit, NoteDeliveries, RemoveWebhook};
use crate::engine::{Inbox, Settings};
use crate::events::{EventKind, EventSort, Told};
use crate::limits;
use crate::model::{AssetKey, DeadLetter, ServerId, Time, WebhookId};
use crate::ops::{Force, Operation, Start, Stop};
use crate::record;
use crate::store::Archive as _;
use crate::vault::Sealed;

fn s(number: u128) -> ServerId {
    ServerId(0x5000 + number)
}

fn edit(plane: &mut Plane, number: u128, edit: Edit) -> Vec<AssetKey> {
    let command = command(number, Operation::from(edit), &[]);
    plane.order(command).unwrap().unwrap().made
}

fn add(plane: &mut Plane, number: u128, kinds: Vec<EventSort>) -> WebhookId {
    let secret = Sealed(vec![1, 2, 3]);
    let asked = AddWebhook { url: "http://here/".into(), kinds, secret };
    let made = edit(plane, number, Edit::AddWebhook(asked));
    let [AssetKey::Webhook(PROJECT, id)] = made.as_slice() else { panic!("{made:?}") };
    *id
}

/// What is on disk to be told, in order.
fn outbox(plane: &Plane) -> Vec<Told> {
    let (mut told, mut from) = (Vec::new(), 0);
    while let Some((key, row)) = plane.disk.outbox_from(&record::number_key(from)).unwrap() {
        told.extend(record::outbox_row(&row).unwrap());
        from = record::number(&key).unwrap() + 1;
    }
    told
}

fn stop() -> Operation {
    Operation::Stop(Stop { force: Force::Soft })
}

#[test]
fn what_a_webhook_wants_is_durable_until_it_has_it() {
    for log_bytes_max in [0, limits::LOG_BYTES_MAX] {
        let settings = Settings { log_bytes_max, log_bytes_per_server: 0, ..Settings::default() };
        let mut plane = Plane::new(settings);
        plane.order(command(1, stop(), &[s(1)])).unwrap().unwrap();
        plane.run().unwrap();
        assert_eq!(outbox(&plane), [], "nobody wants it");
        let id = add(&mut plane, 2, Vec::new());
        let first = plane.world().next_event();
        plane.order(command(3, stop(), &[s(2), s(3), s(99)])).unwrap().unwrap();
        plane = plane.restarted();
        plane.run().unwrap();
        let told = outbox(&plane);
        let events: Vec<_> = told.iter().map(|told| told.event.clone()).collect();
        let expected: Vec<_> =
            plane.events.iter().filter(|event| event.seq >= first).cloned().collect();
        assert_eq!(events, expected);
        for told in &told {
            assert_eq!(told.operation.as_deref(), Some("stop"));
            let of_one = matches!(told.event.kind, EventKind::SubJobEnded { .. });
            assert!(!of_one || told.target.is_some(), "{told:?}");
            assert_eq!(told.outcome.is_some(), told.event.kind == EventKind::JobEnded);
        }

        // What was delivered is noted, and what every webhook has is gone.
        let through = told[0].event.seq;
        let note = NoteDeliveries { id, through, taken: None, given_up: None };
        edit(&mut plane, 4, Edit::NoteDeliveries(note.clone()));
        plane = plane.restarted();
        assert_eq!(plane.world().webhook(PROJECT, id).unwrap().through, through);
        let last = told.last().unwrap().event.seq;
        edit(&mut plane, 5, Edit::NoteDeliveries(NoteDeliveries { through: last, ..note }));
        plane.turn(Inbox::new()).unwrap();
        assert_eq!(outbox(&plane), []);
    }
}

#[test]
fn only_what_is_wanted_is_kept_and_nothing_for_one_that_is_gone() {
    let mut plane = Plane::new(Settings::default());
    let id = add(&mut plane, 1, vec![EventSort::JobEnded]);
    plane.order(command(2, stop(), &[s(1), s(2)])).unwrap().unwrap();
    plane.run().unwrap();
    let told = outbox(&plane);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].event.kind, EventKind::JobEnded);
    let letter = DeadLetter {
        webhook: id,
        told: told[0].clone(),
        attempts: 3,
        failure: "it answered 500".into(),
        failed_at: Time(7),
        again: false,
    };
    let through = told[0].event.seq;
    let note = NoteDeliveries { id, through, taken: None, given_up: Some(letter) };
    edit(&mut plane, 3, Edit::NoteDeliveries(note));
    plane = plane.restarted();
    let letters = |plane: &Plane| {
        let webhook = plane.world().webhook(PROJECT, id);
        webhook.map(|webhook| plane.world().dead_letters(webhook).count())
    };
    assert_eq!(letters(&plane), Some(1));
    plane.order(command(4, Operation::Start(Start {}), &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(outbox(&plane).len(), 1);
    edit(&mut plane, 5, Edit::RemoveWebhook(RemoveWebhook { id }));
    plane.turn(Inbox::new()).unwrap();
    assert_eq!((letters(&plane), outbox(&plane)), (None, Vec::new()));
    plane = plane.restarted();
    plane.order(command(6, stop(), &[s(1)])).unwrap().unwrap();
    plane.run().unwrap();
    assert_eq!(outbox(&plane), [], "nobody is there any more");
    assert!(!plane.world().assets().any(|asset| matches!(asset.key(), AssetKey::DeadLetter(..))));
}
