//! Bytes in, bytes out: a request and an answer as plain data, free of any HTTP library.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// One request as it came over the wire. Nothing is decoded: signatures are made over raw bytes.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub method: &'a str,
    /// As sent, percent-encoded, without the query.
    pub path: &'a str,
    /// As sent, without the question mark; empty when there is none.
    pub query: &'a str,
    /// Lower-case names, values as sent, in order of arrival.
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    /// Whether it came over TLS.
    pub tls: bool,
}

impl<'a> Request<'a> {
    /// Scheme and host as the client reached us.
    pub fn base_url(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}", self.header("host").unwrap_or("localhost"))
    }

    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.header_values(name).next()
    }

    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = move |(given, _): &&(String, String)| given == name;
        self.headers.iter().filter(named).map(|(_, value)| value.as_str())
    }

    /// The path cut at its slashes, each part decoded. `/a/b%20c` gives `a`, `b c`.
    pub fn segments(&self) -> Vec<Cow<'a, str>> {
        let path = self.path.strip_prefix('/').unwrap_or(self.path);
        path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy()).collect()
    }

    /// The query's pairs, decoded, in order; a plus stays a plus.
    pub fn query_pairs(&self) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let decode = |text: &'a str| percent_decode_str(text).decode_utf8_lossy();
        self.query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| match pair.split_once('=') {
                Some((key, value)) => (decode(key), decode(value)),
                None => (decode(pair), Cow::Borrowed("")),
            })
            .collect()
    }
}

/// One answer, ready to send. `Content-Length` and `Date` are the server's to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// A short code for logs and metrics when this is a refusal.
    pub code: Option<Cow<'static, str>>,
    pub delivery: Delivery,
}

/// What becomes of an answer on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    #[default]
    Whole,
    /// The connection ends in the middle of its body.
    Truncated,
    /// The connection ends before it.
    Lost,
    /// The connection is reset before it.
    Reset,
}

impl Answer {
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Answer {
        let headers = vec![("content-type", content_type.to_owned())];
        Answer { status, headers, body: body.into(), code: None, delivery: Delivery::Whole }
    }

    pub const fn empty(status: u16) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            code: None,
            delivery: Delivery::Whole,
        }
    }

    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    pub const fn delivered(mut self, delivery: Delivery) -> Answer {
        self.delivery = delivery;
        self
    }

    pub fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Answer {
        self.code = Some(code.into());
        self
    }
}
