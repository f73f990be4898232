//! The arguments of tools. The comments are what an agent reads.

use rmcp::schemars;
use rmcp::schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A tool without arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoArguments {}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindCalls {
    /// Which calls, in Segment's FQL: `event = "Order Received" and missing(account_id)`,
    /// `verdict.NAME = "dropped"`, `match(finding, "PLAN-*")`, or any word. All calls without it.
    pub filter: Option<String>,
    /// The `next_cursor` of an earlier answer: only calls after it.
    pub cursor: Option<String>,
    /// At most this many calls, from 1 to 20. Default 20.
    pub limit: Option<u64>,
    /// JSON pointers into the call record, such as `/call/properties` or `/findings`: instead of
    /// the summary, each call has the values at these places.
    pub fields: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetCall {
    /// The number of the call.
    pub seq: u64,
    /// A JSON pointer to the part of the call record that is wanted, such as `/call` or `/vendors`.
    pub pointer: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetOutput {
    /// The number of the call.
    pub seq: u64,
    /// The name of the vendor; `status` lists them.
    pub vendor: String,
    /// A JSON pointer to the part of the output that is wanted, such as `/requests`.
    pub pointer: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Explain {
    /// The number of the call.
    pub seq: u64,
    /// Only the findings with this code.
    pub code: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetCoverage {
    /// The `next_cursor` of an earlier answer: the events after it.
    pub cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckPlan {
    /// The text of a plan: a segscope plan file (TOML) or the rules of a Segment tracking plan (JSON).
    pub plan: Option<String>,
    /// The file of such a plan, instead of its text.
    pub file: Option<String>,
    /// Only calls that match this filter.
    pub filter: Option<String>,
    /// Only calls after this cursor.
    pub cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaitForCalls {
    /// Which calls, as in `find_calls`. Any call without it.
    pub filter: Option<String>,
    /// Only calls after this cursor: that of `status` before the action, or the `next_cursor` of an
    /// earlier answer. Without it, calls that are there already count.
    pub cursor: Option<String>,
    /// The number of calls to wait for, from 1 to 20. Default 1.
    pub count: Option<u64>,
    /// A second filter that every call must match that `filter` selects.
    pub all: Option<String>,
    /// Expect that no call arrives: the answer comes once none has arrived for `quiet_ms`.
    #[serde(default)]
    pub none: bool,
    /// How long to wait for the calls, at most 60000. Default 10000.
    pub timeout_ms: Option<u64>,
    /// With `none`: how long no call may arrive, at most 60000. Default 1000.
    pub quiet_ms: Option<u64>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareCalls {
    /// A filter for the earlier side, such as `seq <= 40` or `context.app.version = "1.0"`.
    pub before: String,
    /// A filter for the later side, such as `seq > 40`.
    pub after: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgeCall {
    /// A Segment call, such as {"type": "track", "event": "…", "userId": "…", "properties": {}}.
    pub call: Map<String, Value>,
    /// A JSON pointer to the part of the result that is wanted, such as `/findings`.
    pub pointer: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetSetupLine {
    /// Part of the name of the SDK, such as `node` or `python`. All SDKs without it.
    pub sdk: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendCall {
    /// A Segment call, such as {"type": "track", "event": "…", "userId": "…", "properties": {}}.
    pub call: Map<String, Value>,
    /// The write key to send it with. Default `K`.
    pub write_key: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    /// Clear only the calls that match this filter.
    pub filter: Option<String>,
    /// Clear only the calls of requests with this X-Segscope-Test header.
    pub test: Option<String>,
    /// Clear all calls.
    #[serde(default)]
    pub all: bool,
}
