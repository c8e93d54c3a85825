use regiment_core::events::{EventKind, Since};

use crate::client::{call, get};
use crate::server;

#[test]
fn events_are_numbered_without_a_gap_from_the_order_to_its_end() {
    let server = server();
    let all = get(&server, "/test/servers").body;
    let first = server.look(|view| view.world.next_event());
    assert_eq!(call(&server, "POST", "/test/stop?wait=60000", &all).status, 200);
    let Since::Events(events) = server.events().since(first, 1_000) else {
        panic!("they are kept")
    };
    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    let end = server.look(|view| view.world.next_event());
    assert_eq!(numbers, (first..end).collect::<Vec<_>>());
    assert!(matches!(events[0].kind, EventKind::JobAccepted { targets: 20, .. }));
    assert_eq!(events.last().unwrap().kind, EventKind::JobEnded);
}
