//! The commands of plain mode.

use crate::call::nearest_name;

/// A command: its name, its arguments, and a description.
pub struct PlainCommand {
    pub name: &'static str,
    pub usage: &'static str,
    pub does: &'static str,
    pub kind: CommandKind,
}

macro_rules! commands {
    ($($kind:ident $name:literal $usage:literal $does:literal,)*) => {
        /// The kind of a command.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum CommandKind { $($kind),* }

        /// All commands, in the order of the help.
        pub const COMMANDS: &[PlainCommand] = &[
            $(PlainCommand { name: $name, usage: $usage, does: $does, kind: CommandKind::$kind }),*
        ];
    };
}

commands! {
    Help "help" "[COMMAND]"
        "lists the commands",
    List "list" "[COUNT] [from NUMBER]"
        "the newest calls, or those from a number on",
    Next "next" "[missing | finding | marked | match]"
        "the next call, or the next one of a kind",
    Previous "previous" "[missing | finding | marked | match]"
        "the same, backward",
    Show "show" "[NUMBER] [call | findings | request | VENDOR]"
        "a call, or a part of it; without a number, the call printed last",
    Copy "copy" "[NUMBER] call | curl | sdk | function | VENDOR | /POINTER"
        "prints it for copying",
    Filter "filter" "[EXPRESSION | off | on | marked]"
        "prints and lists only matching calls",
    Search "search" "EXPRESSION"
        "finds the next call that matches; `next match` continues",
    Findings "findings" ""
        "findings by code and event, worst first",
    Coverage "coverage" "[library | version | key]"
        "by event: calls with ids, and what each vendor accepts",
    People "people" "[users] [ID]"
        "accounts or users, or those of one; for a user, also unusual orders of calls",
    Sync "sync" "[MODEL]"
        "the objects that vendors push to Segment",
    Mark "mark" "[NUMBER]"
        "marks or unmarks a call",
    Note "note" "[NUMBER] [TEXT]"
        "adds a note to a call; without text, removes it",
    Send "send" "[NUMBER | draft] [to URL]"
        "sends a call again unchanged, or sends the draft",
    Compose "compose" "[NUMBER | TEMPLATE | JSON]"
        "starts a draft and prints the result at each vendor",
    Fault "fault" ""
        "injects the faults of --fault, or stops that",
    Set "set" "/POINTER VALUE"
        "changes a value of the draft",
    Correct "correct" ""
        "makes the changes of the draft that the vendors in use need",
    Draft "draft" ""
        "the draft and its result at each vendor",
    Deliver "deliver" "[NUMBER | draft] VENDOR"
        "shows what would be sent to the vendor; `yes` sends it, once",
    Yes "yes" ""
        "sends what `deliver` showed last",
    Vendors "vendors" "[NAME,NAME…]"
        "the vendors in use, or a choice of them",
    Mute "aside" "[CODE]"
        "lists muted codes; mutes or unmutes one",
    Judge "judge" ""
        "reads the settings and checks all calls again",
    Export "export" "FILE"
        "writes the calls that pass the filter to a file, in the format that its name ends in: ndjson, har, sh, csv",
    Clear "clear" ""
        "clears the log; the recording keeps everything",
    Undo "undo" ""
        "restores the cleared calls",
    Pause "pause" ""
        "stops or resumes printing calls; nothing is lost",
    Status "status" ""
        "the address and the totals",
    Quit "quit" ""
        "quits",
}

/// The short names of commands.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("?", "help"),
    ("h", "help"),
    ("l", "list"),
    ("n", "next"),
    ("p", "previous"),
    ("s", "show"),
    ("f", "filter"),
    ("/", "search"),
    ("q", "quit"),
    ("exit", "quit"),
];

/// Returns the command with this name or short name, or the only one that begins with it; otherwise
/// an error message.
pub fn find(name: &str) -> Result<&'static PlainCommand, String> {
    let name = SHORT_NAMES.iter().find(|(short, _)| *short == name).map_or(name, |(_, long)| long);
    if let Some(found) = COMMANDS.iter().find(|command| command.name == name) {
        return Ok(found);
    }
    let begin: Vec<&PlainCommand> =
        COMMANDS.iter().filter(|command| command.name.starts_with(name)).collect();
    match begin[..] {
        [one] => Ok(one),
        [] => {
            let near = nearest_name(name, COMMANDS.iter().map(|command| command.name));
            let near = near.map_or(String::new(), |near| format!("; the nearest is `{near}`"));
            Err(format!("unknown command `{name}`{near}; help lists them"))
        }
        _ => {
            let names: Vec<&str> = begin.iter().map(|command| command.name).collect();
            Err(format!("`{name}` may be {}", names.join(", ")))
        }
    }
}

/// Splits a text into its first word and the rest.
pub fn word(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

/// Splits a text into the number that it begins with, if any, and the rest.
pub fn number(text: &str) -> (Option<u64>, &str) {
    let (first, rest) = word(text);
    match first.trim_start_matches('#').parse() {
        Ok(number) => (Some(number), rest),
        Err(_) => (None, text.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_its_beginning() {
        let name = |typed: &str| find(typed).map(|command| command.name);
        assert_eq!((name("list"), name("li"), name("l")), (Ok("list"), Ok("list"), Ok("list")));
        assert_eq!(name("se"), Err("`se` may be search, send, set".to_owned()));
        assert_eq!(
            name("lsit"),
            Err("unknown command `lsit`; the nearest is `list`; help lists them".to_owned())
        );
        assert_eq!(name("xyzzy"), Err("unknown command `xyzzy`; help lists them".to_owned()));
        assert_eq!(word("  a  b c "), ("a", "b c"));
        assert_eq!(
            (number("12 x"), number("#3"), number("x 1")),
            ((Some(12), "x"), (Some(3), ""), (None, "x 1"))
        );
    }
}
