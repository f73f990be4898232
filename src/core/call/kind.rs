//! The six call types.

/// One of Segment's six call types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallType {
    /// `track`
    Track,
    /// `identify`
    Identify,
    /// `group`
    Group,
    /// `page`
    Page,
    /// `screen`
    Screen,
    /// `alias`
    Alias,
}

impl CallType {
    /// All six, in the order that Segment's documents list them.
    pub const ALL: [CallType; 6] = [
        CallType::Track,
        CallType::Identify,
        CallType::Group,
        CallType::Page,
        CallType::Screen,
        CallType::Alias,
    ];

    /// Returns the name as it is in a call's `type`.
    pub fn name(self) -> &'static str {
        match self {
            CallType::Track => "track",
            CallType::Identify => "identify",
            CallType::Group => "group",
            CallType::Page => "page",
            CallType::Screen => "screen",
            CallType::Alias => "alias",
        }
    }

    /// Returns the call type of that name; the case of ASCII letters is ignored.
    pub fn parse(name: &str) -> Option<CallType> {
        CallType::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// Returns the letter of this type in finding codes (`CSB-T-…`).
    pub fn letter(self) -> char {
        match self {
            CallType::Track => 'T',
            CallType::Identify => 'I',
            CallType::Group => 'G',
            CallType::Page => 'P',
            CallType::Screen => 'S',
            CallType::Alias => 'A',
        }
    }
}
