//! Texts that many rows share, each stored once.

use hashbrown::HashTable;
use std::hash::BuildHasher;

/// The number of a shared text. 0 is the empty text, which means that there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(u32);

impl TextId {
    /// The number that means that there is no text.
    pub const NONE: TextId = TextId(0);
    /// The number of every text that came when the table was full. Such a text is read from the
    /// call.
    pub const UNKEPT: TextId = TextId(u32::MAX);

    /// Returns true if there is no text.
    pub fn is_none(self) -> bool {
        self == TextId::NONE
    }

    /// Returns true if there is a text, but it was not stored.
    pub fn is_unkept(self) -> bool {
        self == TextId::UNKEPT
    }
}

/// A bounded table of shared texts. A text that does not fit is not stored, but counted.
#[derive(Debug)]
pub struct Texts {
    texts: Vec<Box<str>>,
    table: HashTable<u32>,
    hasher: hashbrown::DefaultHashBuilder,
    bytes: usize,
    bound_bytes: usize,
    unkept: u64,
}

impl Default for Texts {
    fn default() -> Self {
        Texts::bounded(256 * 1024 * 1024)
    }
}

impl Texts {
    /// Creates an empty table that stores at most this many bytes of text.
    pub fn bounded(bound_bytes: usize) -> Texts {
        Texts {
            texts: vec!["".into()],
            table: HashTable::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
            bytes: 0,
            bound_bytes,
            unkept: 0,
        }
    }

    /// Returns the number of a text, and stores the text if it is new.
    pub fn intern(&mut self, text: &str) -> TextId {
        if text.is_empty() {
            return TextId::NONE;
        }
        let hash = self.hasher.hash_one(text);
        if let Some(&id) = self.table.find(hash, |&id| &*self.texts[id as usize] == text) {
            return TextId(id);
        }
        if self.bytes + text.len() > self.bound_bytes || self.texts.len() >= u32::MAX as usize - 1 {
            self.unkept += 1;
            return TextId::UNKEPT;
        }
        let id = self.texts.len() as u32;
        self.bytes += text.len();
        self.texts.push(text.into());
        self.table.insert_unique(hash, id, |&id| self.hasher.hash_one(&*self.texts[id as usize]));
        TextId(id)
    }

    /// Returns the same as [`Texts::intern`], faster if the text is the one with the number `likely`.
    pub fn intern_like(&mut self, likely: TextId, text: &str) -> TextId {
        if self.get(likely) == Some(text) { likely } else { self.intern(text) }
    }

    /// Returns the number of a text, if it is stored.
    pub fn find(&self, text: &str) -> Option<TextId> {
        let hash = self.hasher.hash_one(text);
        self.table.find(hash, |&id| &*self.texts[id as usize] == text).map(|id| TextId(*id))
    }

    /// Returns the text of a number; `None` for [`TextId::NONE`] and [`TextId::UNKEPT`].
    pub fn get(&self, id: TextId) -> Option<&str> {
        if id.is_none() { None } else { self.texts.get(id.0 as usize).map(|text| &**text) }
    }

    /// Returns the number of stored texts, and the number of their bytes.
    pub fn kept(&self) -> (usize, usize) {
        (self.texts.len() - 1, self.bytes)
    }

    /// Returns how often a text came that did not fit.
    pub fn unkept(&self) -> u64 {
        self.unkept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_each_text_once_and_stops_at_the_limit() {
        let mut texts = Texts::bounded(5);
        let (a, b) = (texts.intern("aaa"), texts.intern("bb"));
        assert_eq!(texts.intern("aaa"), a);
        let none = texts.intern("");
        assert_eq!((texts.get(a), texts.get(b), texts.get(none)), (Some("aaa"), Some("bb"), None));
        assert_eq!((texts.intern("c"), texts.unkept(), texts.kept()), (TextId::UNKEPT, 1, (2, 5)));
        assert_eq!(texts.get(TextId::UNKEPT), None);
        assert_eq!((texts.find("bb"), texts.find("c"), texts.find("")), (Some(b), None, None));
        assert_eq!(texts.intern("bb"), b, "what is kept is still found");
        assert_eq!((texts.intern_like(a, "bb"), texts.intern_like(b, "bb")), (b, b));
        assert_eq!((texts.intern_like(a, ""), texts.intern_like(none, "")), (none, none));
    }
}
