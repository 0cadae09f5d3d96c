//! Text from files, names included, on its way into messages.
//!
//! Whatever a message quotes goes through here: then it can neither draw on a terminal nor feign
//! lines of ours, and no file makes a message long.

use std::fmt;
use std::path::Path;

/// Characters of a word from a file that are shown.
const WORD: usize = 40;
/// The same of a path: longer ones exist on no file system that people use.
const PATH: usize = 300;
/// The same of a whole message.
pub(super) const MESSAGE: usize = 1000;
/// The same of what a parser says of a file: it quotes strings of any length.
pub(super) const PARSER: usize = 300;

/// Does it draw, or change the direction of what follows? Control characters, and those that format
/// and are not seen.
fn is_loud(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn escaped(out: &mut String, c: char) {
    if c.is_control() {
        out.extend(c.escape_default());
    } else if is_loud(c) {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

/// Text in one line that does not draw: control characters and invisible ones are escaped.
pub fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        escaped(&mut out, c);
        out
    })
}

/// [`printable`], with the middle left out where it is long.
pub(super) fn short(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return printable(text);
    }
    let (head, tail) = (most * 2 / 3, most / 3);
    let begin: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{}…{}", printable(&begin), printable(&end))
}

/// A word from a file in quotation marks, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (k, c) in text.chars().enumerate() {
        if k == WORD {
            out.push('…');
            break;
        }
        match c {
            '"' => out.push_str("\\\""),
            c => escaped(&mut out, c),
        }
    }
    out.push('"');
    out
}

/// The name of a file.
pub(super) struct Name<'p>(pub(super) &'p Path);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&short(&self.0.to_string_lossy(), PATH))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_files_stays_on_one_line() {
        assert_eq!(quoted("a\nb\"c\u{1b}"), r#""a\nb\"c\u{1b}""#);
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), 43);
        assert_eq!(printable("é\r\u{9b}2J\u{202e}"), "é\\r\\u{9b}2J\\u{202e}");
        assert_eq!(short(&"y".repeat(31), 30).chars().count(), 31);
        assert_eq!(Name(Path::new("a\u{1b}[2J/b")).to_string(), "a\\u{1b}[2J/b");
        assert!(Name(Path::new(&"z/".repeat(5000))).to_string().len() < 400);
    }
}
