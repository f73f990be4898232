//! What many calls have in common apart from ids and names: each such combination is kept once, and
//! a call has its number.

use crate::engine::index::{Sender, TextId};
use hashbrown::HashMap;

/// The number of a shape. 0 is a call of which nothing is known here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeId(pub u16);

/// Whether the index has the value of a top-level field of a call, and in which of its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Held {
    /// The call has no such field, or `null`.
    Absent,
    /// It is the text in the name column.
    Name,
    /// It is the text in the account column.
    Account,
    /// It is the text in the user column.
    User,
    /// It has to be read from the call.
    Elsewhere,
}

/// What a shape is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The type as it came, or as the path gives it.
    pub kind: TextId,
    /// The library that sent it.
    pub library: TextId,
    /// That library's version.
    pub library_version: TextId,
    /// `context.app.version`
    pub app_version: TextId,
    /// The write key.
    pub write_key: TextId,
    /// Who sent it.
    pub sender: Sender,
    /// The calls of one type from one library that it is of; 0 for none.
    pub group: u16,
    /// `event`
    pub event: Held,
    /// `name`
    pub name: Held,
    /// `userId`
    pub user_id: Held,
    /// `groupId`
    pub group_id: Held,
    /// Top-level fields of its own that hide fields of the record, a bit each.
    pub own: u16,
}

impl Shape {
    /// Nothing is known but the type and who sent it.
    pub fn coarse(kind: TextId, sender: Sender) -> Shape {
        Shape {
            kind,
            library: TextId::UNKEPT,
            library_version: TextId::UNKEPT,
            app_version: TextId::UNKEPT,
            write_key: TextId::UNKEPT,
            sender,
            group: 0,
            event: Held::Elsewhere,
            name: Held::Elsewhere,
            user_id: Held::Elsewhere,
            group_id: Held::Elsewhere,
            own: u16::MAX,
        }
    }
}

/// From here on only the type and the sender of a new shape are kept…
const MOST: usize = 60_000;
/// …and from here on nothing.
const MOST_COARSE: usize = u16::MAX as usize;

/// All shapes of a recording. Senders name libraries and types themselves, so their number is
/// bounded.
#[derive(Debug)]
pub struct Shapes {
    shapes: Vec<Shape>,
    ids: HashMap<Shape, ShapeId>,
    /// Calls mostly come as the one before.
    last: (Shape, ShapeId),
}

impl Default for Shapes {
    fn default() -> Self {
        let unknown = Shape::coarse(TextId::UNKEPT, Sender::Other);
        Shapes {
            shapes: vec![unknown],
            ids: HashMap::from([(unknown, ShapeId(0))]),
            last: (unknown, ShapeId(0)),
        }
    }
}

impl Shapes {
    /// The shape that came last.
    pub fn last(&self) -> Shape {
        self.last.0
    }

    /// The number of a shape, which is kept if it is new and there is room.
    pub fn intern(&mut self, shape: Shape) -> ShapeId {
        if self.last.0 == shape {
            return self.last.1;
        }
        let id = match self.ids.get(&shape) {
            Some(id) => *id,
            None if self.shapes.len() < MOST => self.add(shape),
            None => {
                let coarse = Shape::coarse(shape.kind, shape.sender);
                match self.ids.get(&coarse) {
                    Some(id) => *id,
                    None if self.shapes.len() < MOST_COARSE => self.add(coarse),
                    None => ShapeId(0),
                }
            }
        };
        self.last = (shape, id);
        id
    }

    fn add(&mut self, shape: Shape) -> ShapeId {
        let id = ShapeId(self.shapes.len() as u16);
        self.shapes.push(shape);
        self.ids.insert(shape, id);
        id
    }

    /// What a shape is.
    pub fn get(&self, id: ShapeId) -> &Shape {
        &self.shapes[usize::from(id.0)]
    }

    /// All of them, in the order of their numbers.
    pub fn all(&self) -> &[Shape] {
        &self.shapes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// False: one is always there.
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::index::Texts;

    #[test]
    fn past_its_bound_less_is_known_of_a_call() {
        let (mut shapes, mut texts) = (Shapes::default(), Texts::default());
        let track = texts.intern("track");
        let shape = |library| Shape { library, ..Shape::coarse(track, Sender::Segment) };
        let first = shape(texts.intern("first"));
        let id = shapes.intern(first);
        assert_eq!((shapes.intern(first), *shapes.get(id)), (id, first));
        for n in 0..MOST {
            shapes.intern(shape(texts.intern(&format!("library {n}"))));
        }
        let late = shapes.intern(shape(texts.intern("late")));
        assert_eq!(*shapes.get(late), Shape::coarse(track, Sender::Segment));
        assert_eq!(shapes.intern(shape(texts.intern("later"))), late);
        assert_eq!(shapes.intern(first), id, "what is kept is still found");
        for n in 0..MOST_COARSE {
            shapes.intern(Shape::coarse(texts.intern(&format!("type {n}")), Sender::Other));
        }
        let unknown = shapes.intern(Shape::coarse(texts.intern("type x"), Sender::Other));
        assert_eq!((unknown, shapes.len()), (ShapeId(0), MOST_COARSE));
    }
}
