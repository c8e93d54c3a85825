//! The text of a golden, read and written. Its form is described in `golden/README.md`.

use std::fmt::Write as _;

use regiment_dialects::Answer;

/// One golden: what it is given, and what happens in it, in order.
pub struct Golden {
    /// The lines before the first section: what the case shows.
    pub head: Vec<String>,
    pub given: Vec<String>,
    pub events: Vec<Event>,
}

pub enum Event {
    Exchange(Box<Exchange>),
    /// `--- settle`: all work under way ends.
    Settle,
    /// `--- wait MS`: time passes.
    Wait(i64),
    /// `--- archive`: finished jobs leave memory.
    Archive,
    /// `--- other`: from here on the other project asks, or the first one again.
    Other,
}

pub struct Exchange {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The request section as it stands in the file.
    pub text: Vec<String>,
    /// The response section as it stands in the file; empty when there is none yet.
    pub response: String,
}

impl Golden {
    pub fn read(text: &str) -> Result<Golden, String> {
        let mut golden = Golden { head: Vec::new(), given: Vec::new(), events: Vec::new() };
        let mut title = String::new();
        let mut lines: Vec<String> = Vec::new();
        for line in text.lines() {
            if let Some(next) = line.strip_prefix("--- ") {
                golden.section(&title, std::mem::take(&mut lines))?;
                next.clone_into(&mut title);
            } else {
                lines.push(line.to_owned());
            }
        }
        golden.section(&title, lines)?;
        if !golden.events.iter().any(|event| matches!(event, Event::Exchange(_))) {
            return Err("there is no request".to_owned());
        }
        if !golden.head.iter().any(|line| line.starts_with("# ")) {
            return Err("it does not say what it shows".to_owned());
        }
        Ok(golden)
    }

    fn section(&mut self, title: &str, lines: Vec<String>) -> Result<(), String> {
        let words: Vec<&str> = title.split_whitespace().collect();
        match words.as_slice() {
            [] => self.head = lines,
            ["given"] => self.given = lines,
            ["request"] => self.events.push(Event::Exchange(Box::new(exchange(lines)?))),
            ["response"] => match self.events.last_mut() {
                Some(Event::Exchange(exchange)) if exchange.response.is_empty() => {
                    exchange.response = lines.join("\n") + "\n";
                }
                _ => return Err("a response follows no request".to_owned()),
            },
            ["settle"] => self.events.push(Event::Settle),
            ["archive"] => self.events.push(Event::Archive),
            ["other"] => self.events.push(Event::Other),
            ["wait", ms] => {
                let ms = ms.parse().map_err(|_| format!("{ms:?} is no number of ms"))?;
                self.events.push(Event::Wait(ms));
            }
            _ => return Err(format!("section {title:?} is not known")),
        }
        Ok(())
    }

    /// The file with these responses, one for each exchange.
    pub fn write(&self, responses: &[String]) -> String {
        let mut text = self.head.join("\n") + "\n";
        if !self.given.is_empty() {
            let _ = writeln!(text, "--- given\n{}", self.given.join("\n"));
        }
        let mut responses = responses.iter();
        for event in &self.events {
            match event {
                Event::Settle => text += "--- settle\n",
                Event::Archive => text += "--- archive\n",
                Event::Other => text += "--- other\n",
                Event::Wait(ms) => {
                    let _ = writeln!(text, "--- wait {ms}");
                }
                Event::Exchange(exchange) => {
                    let response = responses.next().expect("an answer for each request");
                    let _ = writeln!(text, "--- request\n{}", exchange.text.join("\n"));
                    let _ = write!(text, "--- response\n{response}");
                }
            }
        }
        text
    }
}

fn exchange(text: Vec<String>) -> Result<Exchange, String> {
    let mut lines = text.iter();
    let first = lines.next().ok_or("a request is empty")?;
    let (method, target) = first.split_once(' ').ok_or("a request has no target")?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = Vec::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").ok_or(format!("{line:?} is no header"))?;
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let body: Vec<&str> = lines.map(String::as_str).collect();
    Ok(Exchange {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: body.join("\n"),
        response: String::new(),
        text,
    })
}

/// An answer as it stands in a golden: status, headers, an empty line, the exact body.
pub fn render(answer: &Answer) -> String {
    let mut text = format!("{}\n", answer.status);
    for (name, value) in &answer.headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    if !answer.body.is_empty() {
        let body = std::str::from_utf8(&answer.body).expect("every dialect answers in UTF-8");
        let _ = writeln!(text, "\n{body}");
    }
    text
}
