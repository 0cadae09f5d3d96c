//! What a file is, by the ending of its name; of a name without one, by what was told of it, or by
//! how its content begins.
//!
//! Streams have no endings (`-`, `/dev/stdin`, the `/dev/fd/63` of a shell's `<(..)`), and saved
//! files sometimes have none. Everyone who asks for an ending asks here, so that they are read and
//! written like all others.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who says so.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    /// Whoever runs the program.
    Told,
    /// The content.
    Content,
}

static KNOWN: Mutex<Vec<(PathBuf, Source, String)>> = Mutex::new(Vec::new());

fn known() -> MutexGuard<'static, Vec<(PathBuf, Source, String)>> {
    // The list is whole after every statement.
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The ending of a name, in lower case and without its point; what is known of a name without one;
/// else nothing.
pub fn ending(path: &Path) -> String {
    match path.extension() {
        Some(e) => e.to_string_lossy().to_ascii_lowercase(),
        None => known().iter().find(|k| k.0 == path).map(|k| k.2.clone()).unwrap_or_default(),
    }
}

/// Whether a name ends so, or stands for a file of that kind.
pub fn has_ending(path: &Path, wanted: &str) -> bool {
    ending(path) == wanted
}

/// From now on a name without an ending stands for a file with this one.
pub fn tell_ending(path: &Path, ending: &str) {
    know(path, Source::Told, ending.to_ascii_lowercase());
}

fn know(path: &Path, source: Source, ending: String) {
    let mut known = known();
    match known.iter_mut().find(|k| k.0 == path) {
        // What was told stays.
        Some(entry) if entry.1 == Source::Told && source == Source::Content => {}
        Some(entry) => (entry.1, entry.2) = (source, ending),
        None => known.push((path.to_path_buf(), source, ending)),
    }
}

/// Takes note of what a file that was read seems to be, if its name does not say it.
pub(super) fn seen(path: &Path, bytes: &[u8]) {
    if path.extension().is_none()
        && let Some(ending) = of_content(bytes)
    {
        know(path, Source::Content, ending.to_string());
    }
}

/// How files begin that say what they are.
const MAGIC: [(&[u8], &str); 9] = [
    (b"\x93NUMPY", "npy"),
    (b"PK\x03\x04", "npz"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"ply\n", "ply"),
    (b"ply\r", "ply"),
    (b"glTF", "glb"),
    (b"<svg", "svg"),
    (b"solid ", "stl"),
];

/// Lines of a text that are looked at.
const LOOKED_AT: usize = 200;

/// What some content seems to be; `None`: nothing that is read here.
fn of_content(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if let Some((_, name)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic) || text.starts_with(magic)) {
        return Some(name);
    }
    if text.starts_with(b"{") {
        return Some("json");
    }
    if text.starts_with(b"<?xml") {
        return text.windows(4).take(4096).any(|w| w == b"<svg").then_some("svg");
    }
    if bytes.iter().take(4096).any(|b| *b == 0) {
        return None;
    }
    let said = |l: &&[u8]| !l.is_empty() && !l.starts_with(b"#");
    let all: Vec<&[u8]> =
        text.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::trim_ascii).filter(said).take(LOOKED_AT).collect();
    // Nothing at all is a table without rows, of which readers have something to say.
    let Some(first) = all.first() else { return Some("txt") };
    if [b"OFF" as &[u8], b"COFF", b"NOFF"].iter().any(|w| first.starts_with(w)) {
        return Some("off");
    }
    let word = |line: &[u8]| line.split(u8::is_ascii_whitespace).next().unwrap_or_default().to_vec();
    let of_obj = matches!(&*word(first), b"v" | b"vn" | b"vt" | b"f" | b"o" | b"g" | b"mtllib");
    if of_obj && all.iter().any(|l| word(l) == b"v") {
        return Some("obj");
    }
    // Separators of tables; blanks alone separate in a .txt.
    let separated = |line: &&[u8]| line.iter().any(|b| matches!(b, b',' | b';' | b'\t'));
    if all.iter().any(separated) { Some("csv") } else { Some("txt") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_what_it_is() {
        for (text, name) in [
            ("x,y\n0,1\n", "csv"),
            ("# by hand\n0.5;1\n", "csv"),
            ("0.5 1\n0 2\n", "txt"),
            ("3\n", "txt"),
            ("\u{feff}  {\"format\": 1}", "json"),
            ("# made by hand\nv 0 0 0\nv 1 0 0\nf 1 2 2\n", "obj"),
            ("mtllib a.mtl\no a\nv 0 0 0\n", "obj"),
            ("ply\nformat ascii 1.0\n", "ply"),
            ("OFF\n3 1 0\n", "off"),
            ("solid a\n", "stl"),
            ("<?xml version=\"1.0\"?>\n<svg/>", "svg"),
        ] {
            assert_eq!(of_content(text.as_bytes()), Some(name), "{text}");
        }
        assert_eq!(of_content(b"\x93NUMPY\x01\x00"), Some("npy"));
        assert_eq!(of_content(b"\x00\x01\x02"), None);
        assert_eq!(of_content(b""), Some("txt"));
    }

    #[test]
    fn what_was_told_stays() {
        let (path, named) = (Path::new("no ending told"), Path::new("a.PNG"));
        assert_eq!(ending(path), "");
        seen(path, b"x,y\n");
        assert_eq!(ending(path), "csv");
        tell_ending(path, "TXT");
        seen(path, b"x,y\n");
        assert!(has_ending(path, "txt") && has_ending(named, "png"));
    }
}
