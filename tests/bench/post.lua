-- wrk: posts a track call of about 1 KB, or a batch of SIZE of them, each messageId used once.
-- SEGSCOPE_BATCH in the environment gives the size; 0 or none is a single call. SEGSCOPE_ROUND
-- tells the ids of one run from those of another.
local size = tonumber(os.getenv("SEGSCOPE_BATCH") or "0")
local round = os.getenv("SEGSCOPE_ROUND") or "0"
local thread_count = 0
function setup(thread)
  thread_count = thread_count + 1
  thread:set("id", thread_count)
end
-- SDKs send the time of their call; an old one would close a session with each call
local now = os.date("!%Y-%m-%dT%H:%M:%S.000Z")
local filler = string.rep("lorem ipsum dolor sit amet ", 14)
local function call(mid, user)
  return '{"type":"track","event":"Order Received","userId":"u' .. user ..
    '","anonymousId":"anon-' .. user .. '","messageId":"' .. mid ..
    '","timestamp":"' .. now .. '","context":{"library":{"name":"analytics-node","version":"2.1.0"},"ip":"10.1.2.3","locale":"en-GB","page":{"path":"/orders","title":"Orders"}},' ..
    '"properties":{"account_id":"acc_' .. (user % 100) .. '","user_id":"u' .. user ..
    '","module_id":"Orders","product_id":"Shop","total":3,"currency":"EUR","note":"' .. filler .. '"},"integrations":{}}'
end
local n = 0
function request()
  n = n + 1
  local path, body
  if size == 0 then
    path, body = "/v1/track", call("m-" .. round .. "-" .. id .. "-" .. n, n % 1000)
  else
    local items = {}
    for i = 1, size do items[i] = call("m-" .. round .. "-" .. id .. "-" .. n .. "-" .. i, (n + i) % 1000) end
    path = "/v1/batch"
    body = '{"batch":[' .. table.concat(items, ",") .. '],"writeKey":"wk_load","sentAt":"' .. now .. '"}'
  end
  return wrk.format("POST", path, { ["Content-Type"] = "application/json", ["Authorization"] = "Basic d2tfbG9hZDo=" }, body)
end

-- SEGSCOPE_STOP_AFTER (seconds): then each connection waits for its answer and sends no more, so
-- that what was sent is what was answered. SEGSCOPE_PAUSE_MS lies between two requests of one
-- connection.
local stop_after = tonumber(os.getenv("SEGSCOPE_STOP_AFTER") or "0")
if stop_after > 0 then
  local pause = tonumber(os.getenv("SEGSCOPE_PAUSE_MS") or "0")
  local ends = os.time() + stop_after
  function delay()
    return os.time() >= ends and 1000000000 or pause
  end
  function done(summary)
    local errors = summary.errors
    io.write(string.format("answered %d, refused %d, broken %d\n", summary.requests, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout))
  end
end
