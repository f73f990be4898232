-- wrk: posts a track call of about 1 KB, or a batch of SIZE of them, each messageId used once.
-- SEGSCOPE_BATCH in the environment gives the size; 0 or none is a single call. SEGSCOPE_ROUND
-- tells the ids of one run from those of another. SEGSCOPE_CALLS names a file of calls, one a line,
-- that are posted in turn instead, with the time at which the script starts. As an SDK does, a single
-- call goes to the path of its type. Lines without a messageId or a type of Segment's are left out.
-- What is the same in each call is made once: the machine is shared, and what making requests
-- costs is taken from the server that is measured.
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
-- what stands before and behind the messageId, by user
local before, behind, path = {}, {}, {}
for user = 0, 999 do
  path[user] = "/v1/track"
  before[user] = '{"type":"track","event":"Order Received","userId":"u' .. user .. '","anonymousId":"anon-' .. user ..
    '","messageId":"'
  behind[user] = '","timestamp":"' .. now ..
    '","context":{"library":{"name":"analytics-node","version":"2.1.0"},"ip":"10.1.2.3","locale":"en-GB","page":{"path":"/orders","title":"Orders"}},' ..
    '"properties":{"account_id":"acc_' .. (user % 100) .. '","user_id":"u' .. user ..
    '","module_id":"Orders","product_id":"Shop","total":3,"currency":"EUR","note":"' .. filler .. '"},"integrations":{}}'
end
local users = 1000
local file = os.getenv("SEGSCOPE_CALLS")
if file then
  local types = { track = true, identify = true, group = true, page = true, screen = true, alias = true }
  -- `context.device.type` and others are no types of calls
  local function find_type(line)
    for name in line:gmatch('"type":"(%a+)"') do
      if types[name] then return name end
    end
  end
  users = 0
  for line in io.lines(file) do
    local kind = find_type(line)
    local timed = line:gsub('"timestamp":"[^"]*"', '"timestamp":"' .. now .. '"', 1)
    local start, tail = timed:match('^(.-"messageId":")[^"]*(".*)$')
    if start and kind then
      before[users], behind[users], path[users] = start, tail, "/v1/" .. kind
      users = users + 1
    end
  end
  assert(users > 0, file .. " has no line with a call")
end
local number = {}
for i = 1, size do number[i] = "-" .. i end
local first, last = '{"batch":[', '],"writeKey":"wk_load","sentAt":"' .. now .. '"}'
-- the head of a request, by its path
local heads = {}
local function add_head(at)
  heads[at] = heads[at] or "POST " .. at .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port ..
    "\r\nContent-Type: application/json\r\nAuthorization: Basic d2tfbG9hZDo=\r\nContent-Length: "
end
function init()
  add_head("/v1/batch")
  for user = 0, users - 1 do add_head(path[user]) end
end
local n, parts = 0, {}
function request()
  n = n + 1
  local mid = "m-" .. round .. "-" .. id .. "-" .. n
  if size == 0 then
    local user = n % users
    local body = #before[user] + #mid + #behind[user]
    return heads[path[user]] .. body .. "\r\n\r\n" .. before[user] .. mid .. behind[user]
  end
  local length, at = #first + #last + size - 1, 4
  for i = 1, size do
    local user = (n * size + i) % users
    parts[at], parts[at + 1], parts[at + 2], parts[at + 3] = before[user], mid, number[i], behind[user]
    length = length + #before[user] + #mid + #number[i] + #behind[user]
    parts[at + 4] = ","
    at = at + 5
  end
  parts[1], parts[2], parts[3], parts[at - 1] = heads["/v1/batch"], length, "\r\n\r\n" .. first, last
  return table.concat(parts, "", 1, at - 1)
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
