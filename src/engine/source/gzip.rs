//! Reads gzip files with any number of members. If a file is cut or damaged, the data before that
//! place is read.

use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// The first bytes of a gzip file.
pub(crate) const MAGIC: &[u8] = b"\x1f\x8b";

/// The reason why a gzip file was not read to its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Damage(Arc<Mutex<Option<String>>>);

impl Damage {
    /// Returns the message about the damage, if there is any.
    pub fn message(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The unpacked data of a gzip file. It ends where the file is cut or damaged.
pub(crate) struct GzipReader<R: Read> {
    input: MultiGzDecoder<BufReader<R>>,
    bytes: u64,
    damage: Damage,
}

impl<R: Read> GzipReader<R> {
    pub fn new(input: R) -> (GzipReader<R>, Damage) {
        let damage = Damage::default();
        let input = MultiGzDecoder::new(BufReader::new(input));
        (GzipReader { input, bytes: 0, damage: damage.clone() }, damage)
    }
}

impl<R: Read> Read for GzipReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.damage.message().is_some() {
            return Ok(0);
        }
        let error = match self.input.read(out) {
            Ok(read) => {
                self.bytes += read as u64;
                return Ok(read);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => error,
        };
        let what = match error.kind() {
            io::ErrorKind::UnexpectedEof => "the gzip data is cut off".to_owned(),
            _ => format!("the gzip data is damaged ({error})"),
        };
        let bytes = self.bytes;
        let message =
            format!("{what} after {bytes} unpacked bytes; everything before that was read");
        *self.damage.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Default::default());
        encoder.write_all(data).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn reads_all_members_and_what_comes_before_a_cut() {
        let whole = [gzip(b"one\n"), gzip(b"two\n")].concat();
        for cut in [0, 3, 10] {
            let (mut unpacked, damage) = GzipReader::new(&whole[..whole.len() - cut]);
            let mut text = String::new();
            unpacked.read_to_string(&mut text).expect("no error");
            assert!(text.starts_with("one\n"), "{text}");
            assert_eq!(damage.message().is_some(), cut > 0, "{cut}");
        }
    }
}
