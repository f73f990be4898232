//! Finds the name of an event as a literal in an app's source: a guess at the code that sends it, for
//! reports that show a place in a repository.

use std::collections::HashMap;
use std::fs::{self, DirEntry, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The maximum number of source files that are read.
const MAX_FILES: usize = 50_000;
/// The maximum size of a file that is read: larger ones are bundles, not source.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// The maximum depth of folders that are read.
const MAX_DEPTH: usize = 32;
/// The number of lines before a literal on which the call that it belongs to may begin.
const MAX_LINES_BEFORE: usize = 2;

/// The extensions of files that may send events.
const EXTENSIONS: &[&str] = &[
    "astro", "c", "cc", "cjs", "clj", "cpp", "cs", "cts", "dart", "ejs", "erb", "ex", "exs", "fs",
    "go", "groovy", "htm", "html", "java", "js", "jsx", "kt", "kts", "lua", "m", "mjs", "mm",
    "mts", "php", "pl", "py", "rb", "rs", "scala", "svelte", "swift", "ts", "tsx", "vb", "vue",
];
/// The names of folders with dependencies or build results.
const SKIPPED_FOLDERS: &[&str] =
    &["__pycache__", "build", "coverage", "dist", "node_modules", "target", "vendor", "venv"];
/// The functions of SDKs that send named events.
const SENDERS: [&[u8]; 3] = [b"track", b"page", b"screen"];

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePlace {
    /// The file as a URI, relative to the working folder if it is below that.
    pub uri: String,
    /// The line, from 1.
    pub line: u64,
    /// The number of further places.
    pub others: u64,
    /// True if the line, or one just before it, names a function that sends events.
    is_call: bool,
}

/// The places of the names of events.
#[derive(Debug, Default)]
pub struct SourcePlaces {
    places: HashMap<String, SourcePlace>,
    /// True if there were more than `MAX_FILES` files.
    pub is_cut: bool,
}

impl SourcePlaces {
    /// Finds names in the source files of a folder. Skips hidden files, links, and folders of dependencies
    /// and builds.
    ///
    /// # Errors
    ///
    /// Fails if the folder cannot be read.
    pub fn find<'n>(
        root: &Path,
        names: impl IntoIterator<Item = &'n str>,
    ) -> io::Result<SourcePlaces> {
        let mut search = SourceSearch::default();
        for name in names.into_iter().filter(|name| !name.is_empty() && !name.contains('\n')) {
            search.longest = search.longest.max(name.len());
            search.names.insert(name.as_bytes(), name);
        }
        search.folder(fs::read_dir(root)?, 0);
        Ok(search.found)
    }

    /// Returns the place of a name that looks most like the call that sends it.
    pub fn place_of(&self, name: &str) -> Option<&SourcePlace> {
        self.places.get(name)
    }
}

#[derive(Default)]
struct SourceSearch<'n> {
    names: HashMap<&'n [u8], &'n str>,
    /// The length of the longest name in bytes.
    longest: usize,
    files: usize,
    found: SourcePlaces,
}

impl SourceSearch<'_> {
    fn folder(&mut self, entries: fs::ReadDir, depth: usize) {
        // unreadable entries are skipped
        let mut entries: Vec<DirEntry> = entries.flatten().collect();
        entries.sort_by_key(DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                let is_skipped = SKIPPED_FOLDERS.contains(&&*name) || depth >= MAX_DEPTH;
                if let Ok(inner) = fs::read_dir(entry.path())
                    && !is_skipped
                {
                    self.folder(inner, depth + 1);
                }
            } else if kind.is_file() && is_source(&name) {
                self.files += 1;
                if self.files > MAX_FILES {
                    self.found.is_cut = true;
                    return;
                }
                self.file(&entry.path());
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let mut text = Vec::new();
        let read =
            File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut text));
        if read.is_err() || text.len() as u64 > MAX_FILE_BYTES {
            return;
        }
        let (mut line, mut counted) = (1, 0);
        for (at, quote) in memchr::memchr3_iter(b'"', b'\'', b'`', &text).map(|at| (at, text[at])) {
            let rest = &text[at + 1..text.len().min(at + 2 + self.longest)];
            let Some(end) = memchr::memchr(quote, rest) else { continue };
            let Some(name) = self.names.get(&rest[..end]) else { continue };
            line += memchr::memchr_iter(b'\n', &text[counted..at]).count() as u64;
            counted = at;
            let is_call = is_in_call(&text, at);
            let place = SourcePlace { uri: relative_uri(path), line, others: 0, is_call };
            match self.found.places.get_mut(*name) {
                None => {
                    self.found.places.insert((*name).to_owned(), place);
                }
                Some(known) if is_call && !known.is_call => {
                    *known = SourcePlace { others: known.others + 1, ..place };
                }
                Some(known) => known.others += 1,
            }
        }
    }
}

fn is_source(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&&*extension))
}

/// Returns true if the text before a literal names a function that sends events, on its line or on
/// one just before.
fn is_in_call(text: &[u8], at: usize) -> bool {
    let mut begin = at;
    for _ in 0..=MAX_LINES_BEFORE {
        match memchr::memrchr(b'\n', &text[..begin]) {
            Some(end) => begin = end,
            None => {
                begin = 0;
                break;
            }
        }
    }
    let before = text[begin..at].to_ascii_lowercase();
    SENDERS.iter().any(|sender| memchr::memmem::find(&before, sender).is_some())
}

/// Returns a path as a URI, relative to the working folder if it is below that.
pub fn relative_uri(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).unwrap_or(path);
    let path: PathBuf = path.components().filter(|part| part.as_os_str() != ".").collect();
    let path = path.to_string_lossy().replace('\\', "/");
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(byte as char);
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_call_that_sends_an_event() {
        let home = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("a/names.ts", "export const A = 'Order Received'\n");
        write("a/my shop.ts", "\nanalytics.track(\n  `Order Received`,\n  {})\n");
        write("a/text.md", "track(\"Order Received\")");
        write("node_modules/x.js", "track('Order Received')");
        write(".hidden/x.js", "track('Signed Up')");
        write("b.py", "x = \"it's 'Signed Up'\"\nprint('Order Received')");
        write("large.js", &format!("track('Large'){}", " ".repeat(MAX_FILE_BYTES as usize)));
        let names = ["Order Received", "Signed Up", "Large", "Never", ""];
        let places = SourcePlaces::find(home.path(), names).expect("read");
        let place = places.place_of("Order Received").expect("a place");
        assert!(place.uri.ends_with("/a/my%20shop.ts"), "{place:?}");
        assert_eq!((place.line, place.others), (3, 2));
        assert_eq!(
            places.place_of("Signed Up").map(|place| (place.line, place.others)),
            Some((1, 0))
        );
        for name in ["Large", "Never", ""] {
            assert_eq!(places.place_of(name), None, "{name}");
        }
        assert!(SourcePlaces::find(&home.path().join("b.py"), ["x"]).is_err());
    }
}
