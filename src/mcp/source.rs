//! The sources of answers: an engine of this program, or another segscope that listens.

use crate::engine::Engine;
use crate::outbound::{ListenerClient, SendError, TrackingClient};
use crate::queries::{self, Answer, Question, RecordPage, Workers};
use crate::wire::posted;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The maximum time for an answer, without the time that it waits for calls.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// The maximum time for a listener to answer that it runs.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

/// A source of answers.
#[derive(Clone)]
pub(crate) enum QuestionTarget {
    /// The files that this program has read.
    Files { engine: Arc<Engine>, files: Vec<PathBuf>, workers: Workers },
    /// A listener of this program, with its base URL.
    Own { engine: Arc<Engine>, url: String, workers: Workers },
    /// The listener of another segscope.
    Listener(ListenerClient),
}

/// A question to a source: a path below `/_segscope/`, with its method, query and body.
pub(crate) struct SourceQuestion<'q> {
    pub name: &'q str,
    pub rest: String,
    pub parameters: Vec<(&'q str, String)>,
    /// The body; a question with a body is a POST.
    pub body: Option<String>,
    /// The maximum time that the question waits for calls.
    pub waits: Duration,
}

impl<'q> SourceQuestion<'q> {
    /// Creates a question without parameters.
    pub fn new(name: &'q str) -> SourceQuestion<'q> {
        let (rest, parameters) = (String::new(), Vec::new());
        SourceQuestion { name, rest, parameters, body: None, waits: Duration::ZERO }
    }

    /// Adds a parameter if there is a value.
    pub fn with(mut self, name: &'q str, value: Option<impl ToString>) -> SourceQuestion<'q> {
        self.parameters.extend(value.map(|value| (name, value.to_string())));
        self
    }
}

/// The status and the JSON of an answer.
pub(crate) type SourceAnswer = (u16, Value);

impl QuestionTarget {
    /// Creates a source of the files of a command.
    pub fn files(engine: Arc<Engine>, files: Vec<PathBuf>) -> QuestionTarget {
        QuestionTarget::Files { engine, files, workers: Workers::default() }
    }

    /// Creates a source of the listener of this program.
    pub fn own(engine: Arc<Engine>, url: String) -> QuestionTarget {
        QuestionTarget::Own { engine, url, workers: Workers::default() }
    }

    /// Returns the base URL of the listener, if there is one.
    pub fn url(&self) -> Option<String> {
        match self {
            QuestionTarget::Files { .. } => None,
            QuestionTarget::Own { url, .. } => Some(url.clone()),
            QuestionTarget::Listener(client) => Some(client.url()),
        }
    }

    /// Describes the source for the tool `status`.
    pub fn described(&self) -> Map<String, Value> {
        let kind = match self {
            QuestionTarget::Files { .. } => "files",
            QuestionTarget::Own { .. } => "own listener",
            QuestionTarget::Listener(_) => "listener",
        };
        let mut out = Map::from_iter([("source".to_owned(), kind.into())]);
        match self {
            QuestionTarget::Files { files, .. } => {
                out.insert("files".to_owned(), json!(files));
            }
            _ => drop(out.insert("url".to_owned(), json!(self.url()))),
        }
        out
    }

    /// Answers a question. The caller cancels it by dropping the future.
    ///
    /// # Errors
    ///
    /// Returns a message for the agent if the source cannot be reached or its answer is not JSON.
    pub async fn ask(&self, question: SourceQuestion<'_>) -> Result<SourceAnswer, String> {
        let query = encode_query(&question.parameters);
        match self {
            QuestionTarget::Files { engine, workers, .. }
            | QuestionTarget::Own { engine, workers, .. } => {
                let body = question.body.unwrap_or_default();
                let asked = Question {
                    name: question.name,
                    rest: &question.rest,
                    query: &query,
                    body: body.as_bytes(),
                    is_gone: &|| false,
                };
                match queries::answer(engine, workers, &asked).await {
                    Answer::Whole(reply) => Ok((reply.status, parse_json(&reply.body)?)),
                    Answer::Page(status, page) => Ok((status, read_page(page, workers).await?)),
                }
            }
            QuestionTarget::Listener(client) => {
                let slash = if question.rest.is_empty() { "" } else { "/" };
                let mark = if query.is_empty() { "" } else { "?" };
                let SourceQuestion { name, rest, body, waits, .. } = question;
                let path = format!("{name}{slash}{rest}{mark}{query}");
                let is_post = body.is_some() || name == "reset";
                let method = if is_post { "POST" } else { "GET" };
                let asked =
                    client.ask(method, &path, body.unwrap_or_default(), ANSWER_TIMEOUT + waits);
                let answer = asked.await.map_err(|error| unreachable(&error))?;
                Ok((answer.status, parse_json(&answer.body)?))
            }
        }
    }

    /// Sends a call to the listener.
    pub async fn send(&self, call: &str, write_key: &str) -> Result<SourceAnswer, String> {
        let url = self.url().ok_or("files are read: there is no listener to send to")?;
        let (path, body) = posted(call).map_err(|error| error.to_string())?;
        let base = match self {
            // `base` includes the password, if the listener has one
            QuestionTarget::Listener(client) => client.base(),
            _ => &url,
        };
        let client = TrackingClient::new(base, Some(write_key)).map_err(|e| e.to_string())?;
        let sent = client.post(path, body.into_owned()).await.map_err(|e| unreachable(&e))?;
        let response = serde_json::from_str(&sent.body).unwrap_or(Value::String(sent.body));
        Ok((sent.status, response))
    }
}

/// Returns a client for a base URL if a segscope answers there.
pub(crate) async fn listener_at(
    url: &str,
    token: Option<&str>,
) -> Result<Option<ListenerClient>, SendError> {
    let client = ListenerClient::new(url, token)?;
    let Ok(answer) = client.ask("GET", "health", String::new(), HEALTH_TIMEOUT).await else {
        return Ok(None);
    };
    let health: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    Ok((answer.status == 200 && health["name"] == "segscope").then_some(client))
}

fn unreachable(error: &SendError) -> String {
    format!("{error}; start segscope there, or restart this server")
}

/// Writes a whole page as one JSON value.
async fn read_page(mut page: RecordPage, workers: &Workers) -> Result<Value, String> {
    let written = queries::in_turn(workers, move || {
        let mut all = Vec::new();
        while !page.is_ended() {
            all.extend(page.next_chunk());
        }
        all
    });
    parse_json(&written.await.map_err(|_| "the answer ended early".to_owned())?)
}

fn parse_json(text: impl AsRef<[u8]>) -> Result<Value, String> {
    serde_json::from_slice(text.as_ref())
        .map_err(|_| "the listener answered without JSON".to_owned())
}

/// Encodes parameters as a query.
fn encode_query(parameters: &[(&str, String)]) -> String {
    let mut query = String::new();
    for (name, value) in parameters {
        let and = if query.is_empty() { "" } else { "&" };
        query.push_str(and);
        query.push_str(name);
        query.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    query.push(byte as char);
                }
                other => query.push_str(&format!("%{other:02X}")),
            }
        }
    }
    query
}
