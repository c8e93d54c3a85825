//! Rust source seen as a reader sees it: which bytes are code, and which are words.

/// The same text with comments and the insides of literals blanked out. Lines stay where they are.
pub fn code_only(text: &str) -> String {
    let mut scan = Scan { rest: text, out: String::with_capacity(text.len()) };
    while let Some(first) = scan.rest.chars().next() {
        if scan.rest.starts_with("//") {
            let end = scan.rest.find('\n').unwrap_or(scan.rest.len());
            scan.blank(end);
        } else if scan.rest.starts_with("/*") {
            let end = block_comment_end(scan.rest);
            scan.blank(end);
        } else if let Some(end) = raw_string_end(scan.rest, scan.out.chars().next_back()) {
            scan.blank(end);
        } else if first == '"' {
            let end = string_end(scan.rest);
            scan.blank(end);
        } else if first == '\'' {
            let end = char_end(scan.rest);
            scan.blank(end);
        } else {
            scan.keep(first);
        }
    }
    scan.out
}

struct Scan<'a> {
    rest: &'a str,
    out: String,
}

impl Scan<'_> {
    fn keep(&mut self, first: char) {
        self.out.push(first);
        self.rest = &self.rest[first.len_utf8()..];
    }

    fn blank(&mut self, end: usize) {
        let (gone, rest) = self.rest.split_at(end);
        self.out.extend(gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }
}

fn block_comment_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The end of `r"…"` or `r#"…"#`, if the text begins with one.
fn raw_string_end(text: &str, before: Option<char>) -> Option<usize> {
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let body = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let opened = body[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - opened.len();
    Some(opened.find(&close).map_or(text.len(), |at| start + at + close.len()))
}

/// The end of a character literal; a lifetime's quote is one byte.
fn char_end(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let after = at + escaped.len_utf8();
            text[after..].find('\'').map_or(text.len(), |end| after + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// The same text with everything blanked that only tests compile: what follows a test attribute up
/// to the end of its item.
pub fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        let end = at + item_end(&rest[at..]);
        out.extend(rest[at..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn item_end(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The words of a text in lower case, with the numbers of their lines: `HuaweiJob_id` has three.
pub fn words(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let chars: Vec<char> = line.chars().collect();
        let mut word = String::new();
        for (at, &c) in chars.iter().enumerate() {
            if !c.is_alphanumeric() {
                flush(&mut word, index + 1, &mut found);
                continue;
            }
            let before = at.checked_sub(1).map(|before| chars[before]);
            let after_lower = before.is_some_and(char::is_lowercase);
            let ends_run = before.is_some_and(char::is_uppercase)
                && chars.get(at + 1).copied().is_some_and(char::is_lowercase);
            if c.is_uppercase() && (after_lower || ends_run) {
                flush(&mut word, index + 1, &mut found);
            }
            word.extend(c.to_lowercase());
        }
        flush(&mut word, index + 1, &mut found);
    }
    found
}

fn flush(word: &mut String, line: usize, found: &mut Vec<(usize, String)>) {
    if !word.is_empty() {
        found.push((line, std::mem::take(word)));
    }
}

/// The lines on which a piece of code stands as whole words.
pub fn lines_with(code: &str, piece: &str) -> Vec<usize> {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let mut lines = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let hit = line.match_indices(piece).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + piece.len()..].chars().next();
            let starts = !piece.starts_with(inside) || !before.is_some_and(inside);
            let ends = !piece.ends_with(inside) || !after.is_some_and(inside);
            starts && ends
        });
        if hit {
            lines.push(index + 1);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code() {
        let text = "let a = \"x\\\" // y\"; // z\n/* b /* c */ d */ let e = r#\"f\"g\"#; let h = '\"';\nlet i: &'static str;";
        let code = code_only(text);
        for gone in ["x", "y", "z", "b", "c", "f", "g"] {
            assert!(lines_with(&code, gone).is_empty(), "{gone} is still there:\n{code}");
        }
        for kept in ["a", "e", "h", "i", "static"] {
            assert!(!lines_with(&code, kept).is_empty(), "{kept} is gone:\n{code}");
        }
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn identifiers_are_cut_into_words() {
        let words: Vec<String> =
            words("HuaweiJob_id ECSThing vecs").into_iter().map(|(_, word)| word).collect();
        assert_eq!(words, ["huawei", "job", "id", "ecs", "thing", "vecs"]);
    }

    #[test]
    fn test_items_are_blanked_and_nothing_else() {
        let code = "use a;\n#[cfg(test)]\nmod tests {\n fn b() { c }\n}\nfn d() {}\n#[cfg(test)]\nmod e;\nuse f;";
        let code = without_tests(code);
        for gone in ["b", "c", "e"] {
            assert!(lines_with(&code, gone).is_empty(), "{gone} is still there:\n{code}");
        }
        assert_eq!(lines_with(&code, "a"), [1]);
        assert_eq!(lines_with(&code, "d"), [6]);
        assert_eq!(lines_with(&code, "f"), [9]);
    }

    #[test]
    fn pieces_are_found_as_whole_words_only() {
        assert_eq!(lines_with("brand\nrand::random()\nstrand", "rand"), [2]);
        assert_eq!(lines_with("Instant::now()\nmyInstant::now()", "Instant::now"), [1]);
    }
}
