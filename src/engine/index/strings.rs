//! Texts that many rows share, each kept once.

use hashbrown::HashTable;
use std::hash::BuildHasher;

/// The number of a shared text. 0 is the empty text, which stands for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(u32);

impl TextId {
    /// No text.
    pub const NONE: TextId = TextId(0);
    /// A text that came when the table was full; it is read from the call instead.
    pub const UNKEPT: TextId = TextId(u32::MAX);

    /// True for no text.
    pub fn is_none(self) -> bool {
        self == TextId::NONE
    }

    /// True for a text that is there but was not kept.
    pub fn is_unkept(self) -> bool {
        self == TextId::UNKEPT
    }
}

/// Shared texts. The table is bounded; past its bound texts are not kept and counted.
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
    /// An empty table that keeps at most that many bytes of text.
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

    /// The number of a text, which is kept if it is new.
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

    /// The same where it is likely to be the text of this number, which costs less.
    pub fn intern_like(&mut self, likely: TextId, text: &str) -> TextId {
        if self.get(likely) == Some(text) { likely } else { self.intern(text) }
    }

    /// The number of a text, if it is kept.
    pub fn find(&self, text: &str) -> Option<TextId> {
        let hash = self.hasher.hash_one(text);
        self.table.find(hash, |&id| &*self.texts[id as usize] == text).map(|id| TextId(*id))
    }

    /// The text of a number; none for [`TextId::NONE`] and [`TextId::UNKEPT`].
    pub fn get(&self, id: TextId) -> Option<&str> {
        if id.is_none() { None } else { self.texts.get(id.0 as usize).map(|text| &**text) }
    }

    /// How many different texts are kept, and how many bytes they have.
    pub fn kept(&self) -> (usize, usize) {
        (self.texts.len() - 1, self.bytes)
    }

    /// How many texts came when the table was full.
    pub fn unkept(&self) -> u64 {
        self.unkept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_each_once_and_stops_at_its_bound() {
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
