//! Everything that a key can do, by name.

/// Where a key is pressed: each place has its own section of the keymap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// behind every other place
    Everywhere,
    /// both panes of the log view
    Calls,
    /// wherever one call is meant: in the log, and on the pages that count
    Call,
    /// the log
    Log,
    /// the detail
    Detail,
    /// the pages that count: findings, coverage
    Counts,
    /// accounts, users, and the calls of one
    People,
    /// the objects that vendors push to Segment
    Sync,
    /// the text of a call that is being written
    Compose,
    /// what it would give
    Composed,
    /// the choice of the vendors in use
    Vendors,
    /// the findings that are set aside
    Aside,
    /// the choice of the log's columns
    Columns,
    /// an output before it is sent to its vendor
    Deliver,
    /// any line of text
    Text,
    /// the filter's line
    Filter,
    /// a list to choose from
    List,
    /// the help
    Help,
}

impl Place {
    /// All places, in the order of the help.
    pub const ALL: [Place; 18] = [
        Place::Log,
        Place::Detail,
        Place::Calls,
        Place::Call,
        Place::Counts,
        Place::People,
        Place::Sync,
        Place::Compose,
        Place::Composed,
        Place::Everywhere,
        Place::Filter,
        Place::Text,
        Place::List,
        Place::Vendors,
        Place::Aside,
        Place::Columns,
        Place::Deliver,
        Place::Help,
    ];

    /// The section's name in the keymap.
    pub fn name(self) -> &'static str {
        match self {
            Place::Everywhere => "everywhere",
            Place::Calls => "calls",
            Place::Call => "call",
            Place::Log => "log",
            Place::Detail => "detail",
            Place::Counts => "counts",
            Place::People => "people",
            Place::Sync => "sync",
            Place::Compose => "compose",
            Place::Composed => "composed",
            Place::Vendors => "vendors",
            Place::Aside => "aside",
            Place::Columns => "columns",
            Place::Deliver => "deliver",
            Place::Text => "text",
            Place::Filter => "filter",
            Place::List => "list",
            Place::Help => "help",
        }
    }

    /// The place of that name.
    pub fn parse(name: &str) -> Option<Place> {
        Place::ALL.into_iter().find(|place| place.name() == name)
    }

    /// The sections that have a say here, the nearest first.
    pub fn sections(self) -> &'static [Place] {
        match self {
            Place::Everywhere => &[Place::Everywhere],
            Place::Calls => &[Place::Calls, Place::Call, Place::Everywhere],
            Place::Call => &[Place::Call, Place::Everywhere],
            Place::Log => &[Place::Log, Place::Calls, Place::Call, Place::Everywhere],
            Place::Detail => &[Place::Detail, Place::Calls, Place::Call, Place::Everywhere],
            Place::Counts => &[Place::Counts, Place::Call, Place::Everywhere],
            Place::People => &[Place::People, Place::Call, Place::Everywhere],
            Place::Sync => &[Place::Sync, Place::Everywhere],
            // what is not bound here types
            Place::Compose => &[Place::Compose],
            Place::Composed => &[Place::Composed, Place::Everywhere],
            Place::Vendors => &[Place::Vendors, Place::Everywhere],
            Place::Aside => &[Place::Aside, Place::Everywhere],
            Place::Columns => &[Place::Columns, Place::Everywhere],
            Place::Deliver => &[Place::Deliver, Place::Everywhere],
            // in a text keys type: what is bound everywhere is not bound there
            Place::Text => &[Place::Text],
            Place::Filter => &[Place::Filter, Place::Text],
            Place::List => &[Place::List, Place::Everywhere],
            Place::Help => &[Place::Help, Place::Everywhere],
        }
    }
}

macro_rules! actions {
    ($($name:ident $id:literal $short:literal $long:literal),* $(,)?) => {
        /// What a key can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $(#[doc = $long] $name),* }

        impl Action {
            /// All actions, in the order of the help.
            pub const ALL: &'static [Action] = &[$(Action::$name),*];

            /// The name in the keymap.
            pub fn name(self) -> &'static str {
                match self { $(Action::$name => $id),* }
            }

            /// A word or two for the footer.
            pub fn short(self) -> &'static str {
                match self { $(Action::$name => $short),* }
            }

            /// A sentence for the help.
            pub fn long(self) -> &'static str {
                match self { $(Action::$name => $long),* }
            }

            /// The action of that name.
            pub fn parse(name: &str) -> Option<Action> {
                Action::ALL.iter().copied().find(|action| action.name() == name)
            }
        }
    };
}

actions! {
    Open "open" "open" "open the call's detail, or what is below this line",
    ShowCalls "show_calls" "its calls" "show the calls behind this line in the log; back returns here",
    Toggle "toggle" "open/fold" "fold or unfold; show a long text in full",
    Unfold "unfold" "unfold" "unfold, or go to the first inside",
    Fold "fold" "fold" "fold, or go to what it is inside of",
    NextMissing "next_missing" "missing id" "next call with a missing id",
    PreviousMissing "previous_missing" "back" "previous call with a missing id",
    NextFinding "next_finding" "finding" "next call with any finding",
    PreviousFinding "previous_finding" "back" "previous call with any finding",
    EditFilter "edit_filter" "filter" "edit the filter",
    ToggleFilter "toggle_filter" "filter off/on" "switch the filter off, and on again",
    NamedFilters "named_filters" "named" "choose a filter that has a name",
    Mark "mark" "mark" "mark this call, or take the mark away",
    NextMark "next_mark" "next mark" "next marked call",
    OnlyMarked "only_marked" "only marked" "show only what is marked, or all again",
    Note "note" "note" "put a note to this call",
    Export "export" "export" "write the calls that pass the filter to a file",
    Clear "clear" "clear" "clear the log; the recording keeps all",
    UndoClear "undo_clear" "undo clear" "bring back what was cleared away",
    Search "search" "search" "search without hiding",
    NextMatch "next_match" "next match" "next call that matches the search",
    PreviousMatch "previous_match" "back" "previous call that matches the search",
    Pause "pause" "pause" "pause, and go on; nothing is lost",
    NextTab "next_tab" "tab" "next tab",
    PreviousTab "previous_tab" "tab" "previous tab",
    NextPane "next_pane" "pane" "next pane",
    PreviousPane "previous_pane" "pane" "previous pane",
    Widen "widen" "wide" "give the whole page to the detail, and back",
    SetAside "set_aside" "set aside" "set findings of this call aside, or bring some back",
    ChooseVendors "choose_vendors" "vendors" "choose the vendors in use",
    Columns "columns" "columns" "choose the columns of the log",
    Compose "compose" "compose" "write a call, from this one or a template",
    SendCall "send_call" "send" "send the call to this listener",
    SendElsewhere "send_elsewhere" "send to" "send the call to another address",
    Deliver "deliver" "deliver" "send the output to the vendor itself, with your keys; asks first",
    SendOutput "send_output" "send" "send what is shown to the vendor",
    SendAgain "send_again" "send again" "send the call again; asks where",
    ChooseTemplate "choose_template" "template" "choose a template to begin again with",
    UndoEdit "undo_edit" "undo" "take the last edit back, a template taken over your text too",
    RedoEdit "redo_edit" "redo" "make the edit again that was taken back",
    JudgeAgain "judge_again" "judge again" "read the settings and judge all calls again",
    CopyCall "copy_call" "copy call" "copy the call",
    CopyOutput "copy_output" "copy output" "copy the vendor's output",
    CopyPointer "copy_pointer" "copy pointer" "copy the JSON pointer",
    CopyValue "copy_value" "copy value" "copy the value",
    CopyCurl "copy_curl" "copy curl" "copy the call as a curl line",
    CopySdkCall "copy_sdk_call" "copy SDK call" "copy the corrected call in its SDK's language",
    CopyTransformation "copy_transformation" "copy function" "copy the function that mends such calls",
    Accept "accept" "accept" "accept what is typed",
    Complete "complete" "complete" "take the offer, or show what could stand here",
    Older "older" "older" "the offer above; without offers what was typed before",
    Newer "newer" "newer" "the offer below; without offers what was typed after that",
    HistoryBack "history_back" "older" "what was typed before",
    HistoryForward "history_forward" "newer" "what was typed after that",
    SaveFilter "save_filter" "save" "give this filter a name",
    Choose "choose" "choose" "take this one",
    Forget "forget" "forget" "forget this one",
    CopySettings "copy_settings" "copy settings" "copy the settings that are offered here",
    Tick "tick" "choose" "choose this vendor, or do not",
    Save "save" "save" "save the choice",
    MoveUp "move_up" "move up" "move this one up",
    MoveDown "move_down" "move down" "move this one down",
    Down "down" "down" "down",
    Up "up" "up" "up",
    First "first" "first" "to the first",
    Last "last" "last" "to the last; the log follows again",
    HalfDown "half_down" "half down" "half a page down",
    HalfUp "half_up" "half up" "half a page up",
    PageDown "page_down" "page down" "a page down",
    PageUp "page_up" "page up" "a page up",
    ShowLog "show_log" "log" "the log: each call live",
    ShowFindings "show_findings" "findings page" "what was found, by code and event",
    ShowCoverage "show_coverage" "coverage page" "event by event: how many calls have ids, what vendors take",
    ShowPeople "show_people" "people" "accounts and users, and which belong together",
    ShowSync "show_sync" "sync" "the objects that vendors push to Segment",
    ShowCompose "show_compose" "compose" "the call that is being written, as it was left",
    Back "back" "back" "back",
    BackOrQuit "back_or_quit" "back" "back, then quit",
    Command "command" "command" "run an action by its name",
    Help "help" "help" "this help",
    ShowCopied "show_copied" "select copied" "show what was copied last, to select it with the mouse",
    Suspend "suspend" "suspend" "to the shell (`fg` comes back)",
    Quit "quit" "quit" "quit at once",
}
