use std::io::{BufReader, Write};

use regiment_core::model::Power;
use regiment_server::{Config, Pace};

use crate::client::{call, connect, get, raw, read};
use crate::{config, server, start};

fn ids(running: &regiment_server::Running) -> Vec<String> {
    get(running, "/test/servers").body.split(' ').map(str::to_owned).collect()
}

#[test]
fn it_is_alive_and_ready_and_counts() {
    let server = server();
    assert_eq!(get(&server, "/healthz").body, "ok\n");
    assert_eq!(get(&server, "/readyz").body, "ready\n");
    assert_eq!(call(&server, "POST", "/metrics", "").status, 405);
    assert_eq!(call(&server, "POST", "/test/start", &ids(&server).join(" ")).status, 200);
    let page = get(&server, "/metrics").body;
    for line in [
        "regiment_servers{state=\"running\"} 20",
        "regiment_requests_total{dialect=\"plain\",operation=\"look\",status=\"2xx\"} 1",
        "regiment_requests_total{dialect=\"plain\",operation=\"start\",status=\"2xx\"} 1",
        "regiment_jobs_ended_total{operation=\"start\",outcome=\"all_succeeded\"} 1",
        "regiment_request_seconds_count{dialect=\"plain\",operation=\"start\"} 1",
        "regiment_sub_jobs_in_flight 0",
    ] {
        assert!(page.lines().any(|other| other == line), "{line} is not in\n{page}");
    }
    for line in page.lines() {
        let value = line.rsplit(' ').next().unwrap();
        assert!(line.starts_with('#') || value.parse::<f64>().is_ok(), "{line}");
    }
}

#[test]
fn an_order_to_many_is_answered_for_each_and_can_be_waited_for() {
    let server = server();
    let mut targets = ids(&server);
    assert_eq!(targets.len(), 20);
    targets.push("nonsense".to_owned());
    let reply = call(&server, "POST", "/test/stop?wait=60000", &targets.join(" "));
    assert_eq!(reply.status, 200, "{}", reply.body);
    let words: Vec<&str> = reply.body.split(' ').collect();
    assert_eq!(words[1..], ["true", "1"], "it has ended, and one was refused");
    assert_eq!(get(&server, &format!("/test/job/{}", words[0])).body, "SomeFailed");
    let stopped =
        server.look(|view| view.world.servers().filter(|s| s.power == Power::Stopped).count());
    assert_eq!(stopped, 20);
}

#[test]
fn a_wait_is_bounded() {
    let server = start(&Config { pace: Pace::Realistic, ..config() });
    let reply = call(&server, "POST", "/test/stop?wait=20", &ids(&server).join(" "));
    assert!(reply.body.ends_with("false 0"), "{}", reply.body);
}

#[test]
fn closing_ends_a_wait_with_what_is_known() {
    let server = start(&Config { pace: Pace::Realistic, ..config() });
    let targets = ids(&server).join(" ");
    let token = server.identity().token.expose();
    let mut stream = connect(&server);
    write!(
        stream,
        "POST /test/stop?wait=600000 HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\
         Content-Length: {}\r\n\r\n{targets}",
        targets.len()
    )
    .unwrap();
    // The order is in: what it holds can be seen.
    while server.look(|view| view.world.sub_jobs_in_flight()) == 0 {
        std::thread::yield_now();
    }
    assert!(server.shutdown(), "it ends in time");
    let reply = read(&mut BufReader::new(stream)).expect("an answer all the same");
    assert!(reply.body.ends_with("false 0"), "{}", reply.body);
}

#[test]
fn strangers_are_refused() {
    let server = server();
    let reply = raw(&server, b"GET /test/servers HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!((reply.status, reply.body.as_str()), (401, "who are you"));
    assert_eq!(raw(&server, b"GET /other HTTP/1.1\r\nHost: x\r\n\r\n").status, 404);
}

#[test]
fn a_defect_in_a_dialect_is_its_own_503() {
    let server = server();
    for path in [
        "/test/panic-authenticate",
        "/test/panic-decode",
        "/test/panic-look",
        "/test/forever",
        "/test/stop?panic",
    ] {
        let reply = call(&server, "POST", path, "nonsense");
        assert_eq!((reply.status, reply.body.as_str()), (503, "unavailable"), "{path}");
    }
    assert_eq!(get(&server, "/test/panic-recognize").status, 404);
    assert_eq!(get(&server, "/test/consult").body, "20");
    let page = get(&server, "/metrics").body;
    assert!(page.contains("regiment_panics_total 5"), "{page}");
}

#[test]
fn what_clients_send_arrives_as_sent() {
    let server = server();
    let token = server.identity().token.expose();
    let echo = |head: &str| {
        let request = format!("{head}X-Auth-Token: {token}\r\n\r\n");
        raw(&server, request.as_bytes()).body
    };
    assert_eq!(
        echo("GET http://cvm.example.com/test/echo?a=%20b HTTP/1.1\r\nHost: cvm.example.com\r\n"),
        "GET /test/echo a=%20b cvm.example.com 0 false"
    );
    assert_eq!(
        echo("GET http://cvm.example.com/test/echo HTTP/1.0\r\n"),
        "GET /test/echo  cvm.example.com 0 false"
    );
    assert_eq!(
        echo("GET /test/echo HTTP/1.1\r\nHost: http://127.0.0.1:18082\r\n"),
        "GET /test/echo  http://127.0.0.1:18082 0 false"
    );
    assert_eq!(
        raw(
            &server,
            format!(
                "POST /test/echo HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\
                 Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
            )
            .as_bytes()
        )
        .body,
        "POST /test/echo  x 7 false"
    );
    let reply = get(&server, "/test/bad-header");
    assert_eq!(reply.status, 200);
    assert!(!reply.head.contains("x-bad"), "{}", reply.head);
}

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let server = server();
    let token = server.identity().token.expose();
    let mut stream = BufReader::new(connect(&server));
    for _ in 0..3 {
        write!(
            stream.get_mut(),
            "GET /test/consult HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\r\n"
        )
        .unwrap();
        assert_eq!(read(&mut stream).unwrap().body, "20");
    }
}

#[test]
fn a_call_may_carry_orders_beside_its_own_words() {
    let server = server();
    let targets = ids(&server).join(" ");
    let order = |orders: &str| {
        let token = server.identity().token.expose();
        let request = format!(
            "POST /test/stop?wait=60000 HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\n\
             X-Regiment-Orders: {orders}\r\nContent-Length: {}\r\n\r\n{targets}",
            targets.len()
        );
        let reply = raw(&server, request.as_bytes());
        (reply.status, reply.body)
    };
    let refused = |why: &str| (400, format!("the orders cannot be carried out ({why})"));
    assert_eq!(order("waves"), refused("waves needs a value"));
    assert_eq!(order("waves=0"), refused("a wave must be at least 1, or 1% to 100%"));
    assert_eq!(order("waves=1; dry_run"), (200, ["yes"; 20].join(" ")));
    assert_eq!(server.look(|view| view.world.jobs().count()), 0, "nothing was done");
    let (status, body) = order("waves=1,50%,100%; concurrency=4");
    assert!(status == 200 && body.ends_with("true 0"), "{body}");
    server.look(|view| {
        let job = view.world.jobs().next_back().expect("it is in memory");
        let begun: Vec<_> = job.subs.iter().filter_map(|sub| sub.began_at).collect();
        assert!(begun.len() == 20 && begun.is_sorted(), "each wave after the one before");
        assert_eq!(job.orders.concurrency, Some(4));
        assert_eq!(job.course.as_ref().map(|course| course.mark.wave), Some(3));
    });
}
