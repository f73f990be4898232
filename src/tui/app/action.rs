//! The actions that keys can do, by name.

/// The place where a key is pressed. Each place has its own section of the keymap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyContext {
    /// the fallback of most other places
    Everywhere,
    /// both panes of the log view
    Calls,
    /// places that have a current call: the log, and the pages that count
    Call,
    /// the log
    Log,
    /// the detail
    Detail,
    /// the pages that count: findings, coverage
    Counts,
    /// the pages that list rows: findings, coverage, people, sync
    Lists,
    /// accounts, users, and the calls of one
    People,
    /// the objects that vendors push to Segment
    Sync,
    /// the text of a call that is being written
    Compose,
    /// the results of the call that is being written
    Composed,
    /// the choice of the vendors in use
    Vendors,
    /// the findings that are muted
    Muted,
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

impl KeyContext {
    /// All places, in the order of the help.
    pub const ALL: [KeyContext; 19] = [
        KeyContext::Log,
        KeyContext::Detail,
        KeyContext::Calls,
        KeyContext::Call,
        KeyContext::Counts,
        KeyContext::Lists,
        KeyContext::People,
        KeyContext::Sync,
        KeyContext::Compose,
        KeyContext::Composed,
        KeyContext::Everywhere,
        KeyContext::Filter,
        KeyContext::Text,
        KeyContext::List,
        KeyContext::Vendors,
        KeyContext::Muted,
        KeyContext::Columns,
        KeyContext::Deliver,
        KeyContext::Help,
    ];

    /// Returns the name of its section in the keymap.
    pub fn name(self) -> &'static str {
        match self {
            KeyContext::Everywhere => "everywhere",
            KeyContext::Calls => "calls",
            KeyContext::Call => "call",
            KeyContext::Log => "log",
            KeyContext::Detail => "detail",
            KeyContext::Counts => "counts",
            KeyContext::Lists => "lists",
            KeyContext::People => "people",
            KeyContext::Sync => "sync",
            KeyContext::Compose => "compose",
            KeyContext::Composed => "composed",
            KeyContext::Vendors => "vendors",
            KeyContext::Muted => "aside",
            KeyContext::Columns => "columns",
            KeyContext::Deliver => "deliver",
            KeyContext::Text => "text",
            KeyContext::Filter => "filter",
            KeyContext::List => "list",
            KeyContext::Help => "help",
        }
    }

    /// Returns the place of that name.
    pub fn parse(name: &str) -> Option<KeyContext> {
        KeyContext::ALL.into_iter().find(|place| place.name() == name)
    }

    /// Returns the sections of the keymap that apply here, the most specific first.
    pub fn sections(self) -> &'static [KeyContext] {
        match self {
            KeyContext::Everywhere => &[KeyContext::Everywhere],
            KeyContext::Calls => &[KeyContext::Calls, KeyContext::Call, KeyContext::Everywhere],
            KeyContext::Call => &[KeyContext::Call, KeyContext::Everywhere],
            KeyContext::Log => {
                &[KeyContext::Log, KeyContext::Calls, KeyContext::Call, KeyContext::Everywhere]
            }
            KeyContext::Detail => {
                &[KeyContext::Detail, KeyContext::Calls, KeyContext::Call, KeyContext::Everywhere]
            }
            KeyContext::Counts => {
                &[KeyContext::Counts, KeyContext::Lists, KeyContext::Call, KeyContext::Everywhere]
            }
            KeyContext::Lists => &[KeyContext::Lists, KeyContext::Everywhere],
            KeyContext::People => {
                &[KeyContext::People, KeyContext::Lists, KeyContext::Call, KeyContext::Everywhere]
            }
            KeyContext::Sync => &[KeyContext::Sync, KeyContext::Lists, KeyContext::Everywhere],
            // keys that are not bound here type text
            KeyContext::Compose => &[KeyContext::Compose],
            KeyContext::Composed => &[KeyContext::Composed, KeyContext::Everywhere],
            KeyContext::Vendors => &[KeyContext::Vendors, KeyContext::Everywhere],
            KeyContext::Muted => &[KeyContext::Muted, KeyContext::Everywhere],
            KeyContext::Columns => &[KeyContext::Columns, KeyContext::Everywhere],
            KeyContext::Deliver => &[KeyContext::Deliver, KeyContext::Everywhere],
            // keys type text here, so the keys of `everywhere` do not apply
            KeyContext::Text => &[KeyContext::Text],
            KeyContext::Filter => &[KeyContext::Filter, KeyContext::Text],
            KeyContext::List => &[KeyContext::List, KeyContext::Everywhere],
            KeyContext::Help => &[KeyContext::Help, KeyContext::Everywhere],
        }
    }
}

macro_rules! actions {
    ($($name:ident $id:literal $short:literal $long:literal),* $(,)?) => {
        /// An action of a key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $(#[doc = $long] $name),* }

        impl Action {
            /// All actions, in the order of the help.
            pub const ALL: &'static [Action] = &[$(Action::$name),*];

            /// Returns the name in the keymap.
            pub fn name(self) -> &'static str {
                match self { $(Action::$name => $id),* }
            }

            /// Returns a word or two for the footer.
            pub fn short(self) -> &'static str {
                match self { $(Action::$name => $short),* }
            }

            /// Returns a sentence for the help.
            pub fn long(self) -> &'static str {
                match self { $(Action::$name => $long),* }
            }

            /// Returns the action of that name.
            pub fn parse(name: &str) -> Option<Action> {
                Action::ALL.iter().copied().find(|action| action.name() == name)
            }
        }
    };
}

actions! {
    Open "open" "open" "open the call, or what this line contains",
    ShowCalls "show_calls" "its calls" "show this line's calls in the log; back returns here",
    Toggle "toggle" "open/fold" "fold or unfold; show a long text in full",
    Unfold "unfold" "unfold" "unfold, or go to the first value inside",
    Fold "fold" "fold" "fold, or go to the enclosing value",
    NextMissing "next_missing" "missing id" "next call with a missing id; continues from the top",
    PreviousMissing "previous_missing" "back" "previous call with a missing id",
    NextFinding "next_finding" "finding" "next call with any finding; continues from the top",
    PreviousFinding "previous_finding" "back" "previous call with any finding",
    EditFilter "edit_filter" "filter" "edit the filter",
    ToggleFilter "toggle_filter" "filter off/on" "turn the filter off or on",
    NamedFilters "named_filters" "named" "choose a saved filter",
    Mark "mark" "mark" "mark or unmark this call",
    NextMark "next_mark" "next mark" "next marked call",
    OnlyMarked "only_marked" "only marked" "show only marked calls, or all",
    Note "note" "note" "add a note to this call",
    Export "export" "export" "write the calls that pass the filter to a file",
    Clear "clear" "clear" "clear the log; the recording keeps everything",
    UndoClear "undo_clear" "undo clear" "restore the cleared calls",
    Histogram "histogram" "over time" "show or hide the calls over time, those that miss an id in red",
    Search "search" "search" "search without hiding rows",
    NextMatch "next_match" "next match" "next match of the search; continues from the top",
    PreviousMatch "previous_match" "back" "previous match of the search; continues from the bottom",
    Sort "sort" "sort" "sort by the next column; behind the last one, the usual order",
    ReverseSort "reverse_sort" "reverse" "reverse the order",
    Pause "pause" "pause" "pause or resume; nothing is lost",
    NextTab "next_tab" "next view" "next tab or view",
    PreviousTab "previous_tab" "previous view" "previous tab or view",
    NextPane "next_pane" "pane" "next pane",
    PreviousPane "previous_pane" "pane" "previous pane",
    Widen "widen" "wide" "show the detail on the full page, or with the log",
    NarrowLog "narrow_log" "smaller log" "give the detail more room, and the log less",
    WidenLog "widen_log" "larger log" "give the log more room, and the detail less",
    ResetSplit "reset_split" "automatic" "give log and detail what their content needs",
    Mute "set_aside" "mute" "mute or unmute findings of this call",
    ChooseVendors "choose_vendors" "vendors" "choose the vendors in use",
    OtherVendors "other_vendors" "other vendors" "show or hide the vendors that are not in use",
    Columns "columns" "columns" "choose the columns of the log",
    Compose "compose" "compose" "write a call, from this one or a template",
    SendCall "send_call" "send" "send the call to this listener",
    SendElsewhere "send_elsewhere" "send to" "send the call to another address",
    Deliver "deliver" "deliver" "send the output to the vendor itself, with your keys; asks first",
    SendOutput "send_output" "send" "send the output to the vendor",
    SendAgain "send_again" "send again" "send the call again; asks where",
    ChooseTemplate "choose_template" "template" "start over from a template",
    Correct "correct" "apply fix" "make the changes that the vendors in use need",
    UndoEdit "undo_edit" "undo" "undo the last edit, even one that a template made",
    RedoEdit "redo_edit" "redo" "redo the edit that was undone",
    ToggleTimes "toggle_times" "times" "show how long ago calls came, or at which time",
    ToggleFaults "fault" "faults off/on" "inject the faults of --fault, or stop that",
    JudgeAgain "judge_again" "check again" "read the settings and check all calls again",
    CopyCall "copy_call" "copy call" "copy the call",
    CopyOutput "copy_output" "copy output" "copy the vendor's output",
    CopyPointer "copy_pointer" "copy pointer" "copy the JSON pointer",
    CopyValue "copy_value" "copy value" "copy the value",
    CopyCurl "copy_curl" "copy curl" "copy the call as a curl command",
    CopySdkCall "copy_sdk_call" "copy SDK call" "copy the corrected call in its SDK's language",
    CopyTransformation "copy_transformation" "copy function" "copy a function that fixes such calls",
    Accept "accept" "accept" "accept what is typed",
    Complete "complete" "complete" "accept the completion, or list completions",
    Older "older" "older" "previous completion, or previous history entry",
    Newer "newer" "newer" "next completion, or next history entry",
    HistoryBack "history_back" "older" "previous history entry",
    HistoryForward "history_forward" "newer" "next history entry",
    SaveFilter "save_filter" "save" "save this filter under a name",
    Choose "choose" "choose" "choose this entry",
    Forget "forget" "forget" "delete this entry",
    CopySettings "copy_settings" "copy settings" "copy the settings offered here",
    Tick "tick" "choose" "select or deselect",
    Save "save" "save" "save the choice",
    ChooseOnly "choose_only" "only this" "choose only this vendor and save; so does its digit",
    ChooseAll "choose_all" "all" "choose all vendors and save",
    MoveUp "move_up" "move up" "move this column up",
    MoveDown "move_down" "move down" "move this column down",
    AddField "add_field" "add field" "add a column for any field of the calls",
    Down "down" "down" "down",
    Up "up" "up" "up",
    First "first" "first" "go to the first",
    Last "last" "last" "go to the last; the log follows new calls again",
    HalfDown "half_down" "half down" "half a page down",
    HalfUp "half_up" "half up" "half a page up",
    PageDown "page_down" "page down" "a page down",
    PageUp "page_up" "page up" "a page up",
    ShowLog "show_log" "log" "the log of calls",
    ShowFindings "show_findings" "findings page" "findings by event, the worst first",
    ShowCoverage "show_coverage" "coverage page" "by event: calls with ids, and what each vendor accepts",
    ShowPeople "show_people" "people" "accounts and users, and which belong together",
    ShowSync "show_sync" "sync" "the objects that vendors push to Segment",
    ShowCompose "show_compose" "compose" "go back to the call that you were writing",
    Back "back" "back" "back",
    BackOrQuit "back_or_quit" "back" "back, then quit",
    Command "command" "command" "run an action by its name",
    WatchRules "watch_rules" "watch rules" "the watch rules (`--watch`), and how each stands",
    Help "help" "help" "this help",
    ShowCopied "show_copied" "select copied" "show the last copied text, to select it with the mouse",
    Suspend "suspend" "suspend" "suspend to the shell (`fg` returns)",
    Quit "quit" "quit" "quit at once",
}
