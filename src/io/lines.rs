//! Lines of a text.

/// Lines of a text, whatever ends them: `\n`, `\r\n`, or `\r` alone as on old Macs. A byte order
/// mark is left out.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.iter().position(|&b| b == b'\n' || b == b'\r') else {
            rest = None;
            return Some(text);
        };
        let next = &text[end + 1..];
        rest = Some(if text[end] == b'\r' { next.strip_prefix(b"\n").unwrap_or(next) } else { next });
        Some(&text[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_three_ways() {
        let all =
            |text: &str| lines(text.as_bytes()).map(|l| String::from_utf8_lossy(l).into_owned()).collect::<Vec<_>>();
        for text in ["a\n\nb", "a\r\n\r\nb", "\u{feff}a\r\rb"] {
            assert_eq!(all(text), ["a", "", "b"]);
        }
        assert_eq!(all("a\r"), ["a", ""]);
        assert_eq!(all(""), [""]);
    }
}
