//! Shapes: the combinations of type, library, versions and write key that many calls share. The
//! index stores each shape once, and a call's row contains its number.

use crate::engine::index::{SenderPlatform, TextId};
use hashbrown::HashMap;

/// The number of a shape. 0 is the shape of calls that came when the table was full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeId(pub u16);

/// The column of the index that contains the value of a top-level field of a call, if one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndexedField {
    /// The call has no such field, or `null`.
    Absent,
    /// The value is the text in the name column.
    Name,
    /// The value is the text in the account column.
    Account,
    /// The value is the text in the user column.
    User,
    /// The value has to be read from the call.
    Elsewhere,
}

/// The properties that calls of one shape have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallShape {
    /// The type as it was sent, or as the path says.
    pub kind: TextId,
    /// The name of the library that sent the call.
    pub library: TextId,
    /// That library's version.
    pub library_version: TextId,
    /// `context.app.version`
    pub app_version: TextId,
    /// The write key.
    pub write_key: TextId,
    /// The platform of the sender.
    pub sender: SenderPlatform,
    /// The group that calls of one type from one library form; 0 for none.
    pub group: u16,
    /// `event`
    pub event: IndexedField,
    /// `name`
    pub name: IndexedField,
    /// `userId`
    pub user_id: IndexedField,
    /// `groupId`
    pub group_id: IndexedField,
    /// One bit per top-level field of the call that hides a field of the record in filters, in the
    /// order of `call_fields::SHADOWS`.
    pub own: u16,
}

impl CallShape {
    /// Creates a shape of which only the type and the sender are known.
    pub fn coarse(kind: TextId, sender: SenderPlatform) -> CallShape {
        CallShape {
            kind,
            library: TextId::UNKEPT,
            library_version: TextId::UNKEPT,
            app_version: TextId::UNKEPT,
            write_key: TextId::UNKEPT,
            sender,
            group: 0,
            event: IndexedField::Elsewhere,
            name: IndexedField::Elsewhere,
            user_id: IndexedField::Elsewhere,
            group_id: IndexedField::Elsewhere,
            own: u16::MAX,
        }
    }
}

/// The maximum number of complete shapes. Later shapes keep only the type and the sender.
const MAX_SHAPES: usize = 60_000;
/// The maximum number of all shapes. Later calls get shape 0.
const MAX_SHAPES_WITH_COARSE: usize = u16::MAX as usize;

/// All shapes of a recording. Senders name libraries and types themselves, so their number is
/// bounded.
#[derive(Debug)]
pub struct CallShapes {
    shapes: Vec<CallShape>,
    ids: HashMap<CallShape, ShapeId>,
    /// The last shape that was looked up. Most calls have the shape of the call before.
    last: (CallShape, ShapeId),
}

impl Default for CallShapes {
    fn default() -> Self {
        let unknown = CallShape::coarse(TextId::UNKEPT, SenderPlatform::Other);
        CallShapes {
            shapes: vec![unknown],
            ids: HashMap::from([(unknown, ShapeId(0))]),
            last: (unknown, ShapeId(0)),
        }
    }
}

impl CallShapes {
    /// Returns the shape that was looked up last.
    pub fn last(&self) -> CallShape {
        self.last.0
    }

    /// Returns the number of a shape, and stores the shape if it is new and there is space.
    pub fn intern(&mut self, shape: CallShape) -> ShapeId {
        if self.last.0 == shape {
            return self.last.1;
        }
        let id = match self.ids.get(&shape) {
            Some(id) => *id,
            None if self.shapes.len() < MAX_SHAPES => self.add(shape),
            None => {
                let coarse = CallShape::coarse(shape.kind, shape.sender);
                match self.ids.get(&coarse) {
                    Some(id) => *id,
                    None if self.shapes.len() < MAX_SHAPES_WITH_COARSE => self.add(coarse),
                    None => ShapeId(0),
                }
            }
        };
        self.last = (shape, id);
        id
    }

    fn add(&mut self, shape: CallShape) -> ShapeId {
        let id = ShapeId(self.shapes.len() as u16);
        self.shapes.push(shape);
        self.ids.insert(shape, id);
        id
    }

    /// Returns the shape of a number.
    pub fn get(&self, id: ShapeId) -> &CallShape {
        &self.shapes[usize::from(id.0)]
    }

    /// Returns all shapes, in the order of their numbers.
    pub fn all(&self) -> &[CallShape] {
        &self.shapes
    }

    /// Returns the number of shapes.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Returns false: shape 0 always exists.
    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::index::Texts;

    #[test]
    fn stores_only_coarse_shapes_beyond_the_limit() {
        let (mut shapes, mut texts) = (CallShapes::default(), Texts::default());
        let track = texts.intern("track");
        let shape =
            |library| CallShape { library, ..CallShape::coarse(track, SenderPlatform::Segment) };
        let first = shape(texts.intern("first"));
        let id = shapes.intern(first);
        assert_eq!((shapes.intern(first), *shapes.get(id)), (id, first));
        for n in 0..MAX_SHAPES {
            shapes.intern(shape(texts.intern(&format!("library {n}"))));
        }
        let late = shapes.intern(shape(texts.intern("late")));
        assert_eq!(*shapes.get(late), CallShape::coarse(track, SenderPlatform::Segment));
        assert_eq!(shapes.intern(shape(texts.intern("later"))), late);
        assert_eq!(shapes.intern(first), id, "what is kept is still found");
        for n in 0..MAX_SHAPES_WITH_COARSE {
            shapes.intern(CallShape::coarse(
                texts.intern(&format!("type {n}")),
                SenderPlatform::Other,
            ));
        }
        let unknown =
            shapes.intern(CallShape::coarse(texts.intern("type x"), SenderPlatform::Other));
        assert_eq!((unknown, shapes.len()), (ShapeId(0), MAX_SHAPES_WITH_COARSE));
    }
}
