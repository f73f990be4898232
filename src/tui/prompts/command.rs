//! The command line: every action by its name.

use crate::call::nearest_name;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::filters::{FilterChange, SearchScope};
use crate::tui::app::keymap::Keymap;
use crate::tui::app::page::Page;
use crate::tui::app::view::{Response, View, ViewContext};
use crate::tui::dialogs::help::title;
use crate::tui::prompts::{Offer, Prompt, PromptResult, completions};
use crate::tui::theme::painter::Painter;
use crossterm::event::KeyEvent;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The text before the line.
const LABEL: &str = " :";
/// The commands that take a text, and what they do.
const WITH_TEXT: [(&str, &str); 2] =
    [("filter ", "apply this filter"), ("search ", "search for this")];

/// The state of the prompt.
pub struct CommandView {
    prompt: Prompt,
    actions: Vec<Action>,
    /// The error in the line, set when the user accepts it.
    error: Option<String>,
}

impl CommandView {
    /// Returns an empty prompt. The actions of the current context come first, then those that
    /// open another page.
    pub fn new(place: KeyContext, ctx: &ViewContext<'_>) -> CommandView {
        let all = Action::ALL.iter().copied().filter(|action| *action != Action::Command);
        let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
        for action in all {
            if does_something(place, action, ctx.keymap) {
                here.push(action);
            } else if Page::home(action).is_some() {
                elsewhere.push(action);
            }
        }
        here.append(&mut elsewhere);
        let prompt = Prompt::new("", &ctx.shared.kept.commands);
        CommandView { prompt, actions: here, error: None }
    }

    fn offers(actions: &[Action]) -> impl FnOnce(&str, usize) -> Vec<Offer> {
        let with_text = WITH_TEXT.iter().map(|(name, about)| (*name, *about));
        let named = actions.iter().map(|action| (action.name(), action.long()));
        let all: Vec<_> = with_text.chain(named).collect();
        move |text, cursor| {
            let typed = text[..cursor].trim_start();
            let begins = |(name, _): &&(&'static str, &'static str)| name.starts_with(typed);
            let offer = |&(name, about): &(&'static str, &'static str)| Offer {
                text: name.to_owned(),
                replace: 0..cursor,
                about,
            };
            all.iter().filter(begins).map(offer).collect()
        }
    }

    fn run(&self, ctx: &ViewContext<'_>) -> Result<Response, String> {
        let typed = self.prompt.text().trim();
        let (name, text) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
        let text = text.trim();
        // a page can be opened by its name alone
        let action = Action::parse(name).or_else(|| Action::parse(&format!("show_{name}")));
        match (name, action) {
            ("", _) => Ok(Response::Close),
            ("filter", _) => match ctx.inspector.parse_filter(text) {
                Ok(_) => Ok(Response::CloseAndFilter(FilterChange::Accept(text.to_owned()))),
                Err(error) => Err(error.to_string()),
            },
            ("search", _) if !text.is_empty() => match ctx.inspector.parse_filter(text) {
                Ok(_) => Ok(Response::CloseAndSearch {
                    text: text.to_owned(),
                    scope: SearchScope::Calls,
                }),
                Err(error) => Err(error.to_string()),
            },
            (_, Some(_)) if !text.is_empty() => Err(format!("{name} takes no argument")),
            (_, Some(action)) if self.actions.contains(&action) => {
                Ok(Response::CloseAndRun(action, typed.to_owned()))
            }
            (_, Some(action)) => Err(format!("{name} works only {}", places(action))),
            (_, None) => {
                let near = self.near(name);
                let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
                Err(format!("{name} is not a command{near}"))
            }
        }
    }

    /// Returns the command that the user probably meant: one that contains the name as a part
    /// (`coverage` for `show_coverage`), else the nearest.
    fn near(&self, name: &str) -> Option<&'static str> {
        let with_text = WITH_TEXT.iter().map(|(known, _)| known.trim_end());
        let all = || with_text.clone().chain(self.actions.iter().map(|action| action.name()));
        let has_part = |known: &&str| {
            let rest = known.strip_suffix(name).is_some_and(|rest| rest.ends_with('_'));
            rest || known.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'))
        };
        all().find(has_part).or_else(|| nearest_name(name, all()))
    }
}

/// Returns true if an action does something in a context. An action whose keys the user removed
/// still has its name.
pub fn does_something(place: KeyContext, action: Action, keymap: &Keymap) -> bool {
    let preset = Keymap::default();
    let mut sections = place.sections().iter();
    sections.any(|section| preset.has(*section, action) || keymap.has(*section, action))
}

/// Says where an action works.
fn places(action: Action) -> String {
    let preset = Keymap::default();
    let at = KeyContext::ALL.into_iter().filter(|place| preset.has(*place, action));
    let words = at.map(|place| match place {
        KeyContext::Calls => "the log and the detail",
        KeyContext::Call => "a page with a selected call",
        _ => {
            let head = title(place).trim_start_matches("In ");
            head.split(" (").next().unwrap_or(head)
        }
    });
    let words: Vec<&str> = words.collect();
    match &words[..] {
        [others @ .., last] if others.len() > 1 => format!("in {}, and {last}", others.join(", ")),
        words => format!("in {}", words.join(" and ")),
    }
}

impl View for CommandView {
    fn place(&self) -> KeyContext {
        KeyContext::Text
    }

    fn can(&self, _action: Action, _ctx: &ViewContext<'_>) -> bool {
        true
    }

    fn act(&mut self, action: Action, ctx: &ViewContext<'_>) -> Response {
        self.error = None;
        match action {
            Action::Back => return Response::Close,
            Action::Accept if self.prompt.has_chosen() => {
                self.prompt.accept_offer();
            }
            Action::Accept => match self.run(ctx) {
                Ok(reply) => return reply,
                Err(error) => self.error = Some(error),
            },
            action => {
                if self.prompt.act(action, Self::offers(&self.actions)).is_none() {
                    return Response::Pass;
                }
            }
        }
        Response::Done
    }

    fn typed(&mut self, event: KeyEvent, _ctx: &ViewContext<'_>) -> Response {
        if self.prompt.typed(event, Self::offers(&self.actions)) == PromptResult::Changed {
            self.error = None;
        }
        Response::Done
    }

    fn paste(&mut self, pasted: &str, _ctx: &ViewContext<'_>) -> Response {
        self.prompt.paste(pasted);
        Response::Done
    }

    fn strip(&self) -> u16 {
        1
    }

    fn sync(&mut self, _strip: Rect, _ctx: &ViewContext<'_>) {}

    fn render(&self, buffer: &mut Buffer, strip: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        if let Some(mut painter) = Painter::on(buffer, strip, 0, ctx.look) {
            painter.put(LABEL, theme.heading);
            self.prompt.line.render(&mut painter, |_| theme.text, ctx.look);
            if let Some(error) = &self.error {
                painter.skip(2).show(error, theme.error);
            } else if self.prompt.text().is_empty() {
                painter.skip(2).put("the name of an action; tab lists them", theme.quiet);
            }
        }
        completions::render(buffer, strip, 0, &self.prompt, ctx.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Accept, Action::Back, Action::Complete, Action::Older]
    }
}
