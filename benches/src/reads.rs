//! Reads: one server, and a page of a hundred at several fleet sizes.

use std::time::Duration;

use anyhow::Result;

use crate::plane::{Plane, binary};
use crate::{bare, wire};

const TIME: Duration = Duration::from_secs(3);

#[expect(clippy::print_stdout, reason = "its output is what it is for")]
pub fn report() -> Result<()> {
    let mut page_base = None;
    for fleet in [1_000, 100_000] {
        let folder = tempfile::tempdir()?;
        let plane = Plane::start(&binary()?, folder.path(), fleet, false)?;
        let id = plane.get("/v1/{project}/cloudservers/detail", "limit=1")?["servers"][0]["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let show = plane.request("GET", &format!("/v1/{{project}}/cloudservers/{id}"), "", "");
        let page =
            plane.request("GET", "/v1/{project}/cloudservers/detail", "limit=100&offset=2", "");
        let bytes = wire::Connection::open(plane.address)?.call(&show)?.body;
        let bare = bare::serve(bytes)?;
        let same = b"GET /page HTTP/1.1\r\nHost: bare\r\n\r\n".to_vec();
        let one = wire::load(plane.address, &vec![vec![show]; 8], TIME, 200)?;
        let same = wire::load(bare, &vec![vec![same]; 8], TIME, 200)?;
        let pages = wire::load(plane.address, &[vec![page]], TIME, 200)?;
        let page_ms = pages.percentile(50).as_secs_f64() * 1e3;
        let base = *page_base.get_or_insert(page_ms);
        println!(
            "  fleet {fleet:>7}: read one {:>7.0}/s, same bytes {:>7.0}/s, ratio {:.2}; page of 100 {page_ms:.2} ms, {:.2} of the smallest fleet's; {} MiB",
            one.per_second(1),
            same.per_second(1),
            one.per_second(1) / same.per_second(1),
            page_ms / base,
            plane.resident_mib()?,
        );
        plane.kill()?;
    }
    Ok(())
}
