//! How much of a server's console is told.

/// The last lines of a console's text; all of them if no number is given.
pub(super) fn tail(text: &str, lines: Option<usize>) -> &str {
    let Some(lines) = lines else { return text };
    let begins = text.split_inclusive('\n').rev().take(lines).map(str::len).sum::<usize>();
    &text[text.len() - begins..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_told() {
        let text = "one\ntwo\nthree\n";
        for (lines, expected) in [
            (None, text),
            (Some(0), ""),
            (Some(1), "three\n"),
            (Some(2), "two\nthree\n"),
            (Some(9), text),
        ] {
            assert_eq!(tail(text, lines), expected);
        }
        assert_eq!(tail("one\ntwo", Some(1)), "two");
        assert_eq!(tail("", Some(1)), "");
    }
}
