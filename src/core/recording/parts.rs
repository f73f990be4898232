//! A recording in parts: `NAME.0001.ndjson`, `NAME.0002.ndjson`, … The oldest are deleted while all
//! parts together exceed the [`KeepLimit`].

use crate::call::time::Millis;
use crate::recording::file::{RecordingError, RecordingFile, Recovery};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The limit of what stays on disk of a recording that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepLimit {
    /// The maximum number of bytes.
    Bytes(u64),
    /// The maximum age of requests, in milliseconds.
    Millis(Millis),
}

/// The limit of a recording whose file the user did not name.
pub const DEFAULT_KEEP: KeepLimit = KeepLimit::Bytes(10_000_000_000);
/// The approximate number of parts of a recording.
const TARGET_PARTS: u64 = 10;

const SIZES: [(&str, u64); 6] = [
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];
const TIMES: [(&str, u64); 3] = [("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
/// The maximum of both kinds: more bytes than any disk has, and more milliseconds than any
/// recording lasts.
const MAX_KEEP: u64 = 1 << 50;

impl FromStr for KeepLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<KeepLimit, String> {
        let expected = || {
            format!(
                "expected a size such as 20GB or 500MB, or a time such as 6h, 30m or 2d, not {text:?}"
            )
        };
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = (&text[..digits], text[digits..].trim_start());
        let number: u64 = number.parse().map_err(|_| expected())?;
        let find = |units: &[(&str, u64)]| {
            units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, unit)| *unit)
        };
        let scaled = |unit: u64| {
            number.checked_mul(unit).filter(|all| (1..=MAX_KEEP).contains(all)).ok_or_else(expected)
        };
        match (find(&SIZES), find(&TIMES)) {
            (Some(unit), _) => Ok(KeepLimit::Bytes(scaled(unit)?)),
            (_, Some(unit)) => Ok(KeepLimit::Millis(scaled(unit)? as Millis)),
            (None, None) => Err(expected()),
        }
    }
}

impl KeepLimit {
    /// Returns whether a part of this size and age is full.
    pub fn fills_part(self, bytes: u64, millis: Millis) -> bool {
        match self {
            KeepLimit::Bytes(max) => bytes > max / TARGET_PARTS,
            KeepLimit::Millis(max) => millis >= max / TARGET_PARTS as Millis,
        }
    }

    /// Returns whether the oldest part must be deleted, by the size of all parts and the age of its
    /// last line.
    pub fn is_exceeded(self, bytes: u64, millis: Millis) -> bool {
        match self {
            KeepLimit::Bytes(max) => bytes > max,
            KeepLimit::Millis(max) => millis > max,
        }
    }
}

/// The names of a recording's parts.
#[derive(Debug, Clone)]
pub(crate) struct PartNames {
    /// The path without number and extension; `None` if the parts have no name.
    stem: Option<PathBuf>,
    /// The number of the part that is being written.
    number: u32,
}

/// A part that is complete and no longer written to.
#[derive(Debug)]
pub struct EarlierPart {
    /// Its path.
    pub path: PathBuf,
    /// The file, locked.
    pub file: File,
    /// Its length.
    pub bytes: u64,
    /// The time of the last write.
    pub ended_at: Millis,
}

impl PartNames {
    /// Returns the names for a recording that the user named, `FILE.ndjson` or `FILE.0003.ndjson`.
    fn new(file: &Path) -> PartNames {
        let stem = match part_of(file) {
            Some((stem, _)) => stem,
            None if file.extension().is_some_and(|ext| ext == "ndjson") => file.with_extension(""),
            None => file.to_owned(),
        };
        PartNames { stem: Some(stem), number: 1 }
    }

    /// Returns the names for a recording whose files have no name.
    pub(crate) fn nameless() -> PartNames {
        PartNames { stem: None, number: 1 }
    }

    /// Returns the names for a recording whose parts have this path without number and extension.
    pub(crate) fn with_stem(stem: PathBuf) -> PartNames {
        PartNames { stem: Some(stem), number: 1 }
    }

    /// Returns the number of the part that is being written.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Returns the path of the part that is being written.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        let mut name = self.stem.clone()?.into_os_string();
        name.push(format!(".{:04}.ndjson", self.number));
        Some(name.into())
    }

    /// Creates the file of the next part, and returns it with the names from that part on.
    pub(crate) fn next(&self, fsync: bool) -> io::Result<(RecordingFile, PartNames)> {
        let names = PartNames { number: self.number + 1, stem: self.stem.clone() };
        let file = match names.path() {
            Some(path) => {
                let mut file = RecordingFile::planned(path, fsync);
                file.create()?;
                file
            }
            None => RecordingFile::nameless().map_err(io::Error::other)?,
        };
        Ok((file, names))
    }
}

/// Splits the path of a part into the path without number and extension, and the number.
pub fn part_of(path: &Path) -> Option<(PathBuf, u32)> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".ndjson")?;
    let (stem, number) = stem.rsplit_once('.')?;
    let is_number = number.len() >= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|number| is_number && *number > 0)?;
    (!stem.is_empty()).then(|| (path.with_file_name(stem), number))
}

/// Returns the existing parts of a recording, in their order.
fn found(names: &PartNames) -> io::Result<Vec<(u32, PathBuf)>> {
    let Some(stem) = &names.stem else { return Ok(Vec::new()) };
    let folder = stem.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let path = stem.with_file_name(entry?.file_name());
        if let Some((_, number)) = part_of(&path).filter(|(other, _)| other == stem) {
            found.push((number, path));
        }
    }
    found.sort();
    Ok(found)
}

/// Opens a recording by name to append to its last part, which is created if there is none. Also
/// returns the parts before it.
///
/// # Errors Fails if a part cannot be opened, is not a recording, or is being written by another
/// program.
pub fn open_parts(
    file: &Path,
    keep: KeepLimit,
    fsync: bool,
) -> Result<(RecordingFile, Vec<EarlierPart>, Recovery), RecordingError> {
    let mut names = PartNames::new(file);
    let io = |what, path: &Path| {
        let path = path.to_owned();
        move |source| RecordingError::Io { what, path, source }
    };
    let mut found = found(&names).map_err(io("look for the parts of", file))?;
    // a crash may leave a part without its first line
    while let Some((number, path)) = found.last()
        && *number > 1
        && std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == 0)
    {
        std::fs::remove_file(path).map_err(io("remove the empty last part of", path))?;
        found.pop();
    }
    if let Some((number, _)) = found.pop() {
        names.number = number;
    }
    let mut earlier = Vec::new();
    for (_, path) in found {
        let (part, _) = RecordingFile::open(&path, fsync)?;
        let (file, ended_at) = part.reader_and_time().map_err(io("look at", &path))?;
        earlier.push(EarlierPart { file, bytes: part.len(), ended_at, path });
    }
    let path = names.path().unwrap_or_else(|| file.to_owned());
    let (last, recovery) = RecordingFile::open(&path, fsync)?;
    Ok((last.with_parts(keep, names), earlier, recovery))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes_and_times() {
        let read = |text: &str| text.parse::<KeepLimit>();
        assert_eq!(read("20GB"), Ok(KeepLimit::Bytes(20_000_000_000)));
        assert_eq!(read("500 mb"), Ok(KeepLimit::Bytes(500_000_000)));
        assert_eq!(read("2GiB"), Ok(KeepLimit::Bytes(2 << 30)));
        assert_eq!(read("6h"), Ok(KeepLimit::Millis(21_600_000)));
        assert_eq!(read("30m"), Ok(KeepLimit::Millis(1_800_000)));
        for wrong in
            ["", "20", "GB", "0GB", "-1h", "1.5GB", "20 XB", "99999999999999999999TB", "9999999TB"]
        {
            let error = read(wrong).expect_err(wrong);
            assert!(error.starts_with("expected a size such as 20GB"), "{error}");
        }
        for (text, same) in [("1TB", "1000GB"), ("2d", "48h"), ("90m", "90M")] {
            assert_eq!(read(text).expect(text), read(same).expect(same));
        }
    }

    #[test]
    fn names_parts_by_number() {
        let part = |path: &str| {
            part_of(Path::new(path)).map(|(stem, number)| (stem.display().to_string(), number))
        };
        assert_eq!(part("a/run.0012.ndjson"), Some(("a/run".to_owned(), 12)));
        assert_eq!(part("run.12345.ndjson"), Some(("run".to_owned(), 12_345)));
        for other in [
            "run.ndjson",
            "run.012.ndjson",
            "run.0000.ndjson",
            "run.00a1.ndjson",
            ".0001.ndjson",
            "run.0001.json",
        ] {
            assert_eq!(part(other), None, "{other}");
        }
        for (file, first) in [
            ("a/run.ndjson", "a/run.0001.ndjson"),
            ("a/run", "a/run.0001.ndjson"),
            ("a/run.log", "a/run.log.0001.ndjson"),
            ("a/run.0007.ndjson", "a/run.0001.ndjson"),
        ] {
            assert_eq!(PartNames::new(Path::new(file)).path(), Some(PathBuf::from(first)));
        }
    }
}
