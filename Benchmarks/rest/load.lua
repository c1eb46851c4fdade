-- What wrk sends, by MODE: "post" = small market orders that alternate between buying and selling, "check" = the same, and
-- the ids of all answers go to the file IDS; else GETs of TARGET. Prints one line of JSON at the end.

local token = os.getenv("TOKEN")
local mode = os.getenv("MODE")
local headers = {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}
local bodies = {}
local turn = 0

function init(_)
  for place, side in ipairs({"BUY", "SELL"}) do
    bodies[place] = wrk.format("POST", "/api/orders", headers, string.format(
      '{"strategy_id":"manual","instrument":"BTC_USDT","order_type":"%s","order_kind":"MARKET","quantity":0.001}', side))
  end
  get = wrk.format("GET", os.getenv("TARGET"), headers)
end

if mode == "get" then
  function request() return get end
else
  function request()
    turn = turn % 2 + 1
    return bodies[turn]
  end
end

if mode == "check" then
  local ids = assert(io.open(os.getenv("IDS"), "w"))
  function response(status, _, body)
    local id = body:match('"order_id":"ord%-(%d+)"')
    if status < 300 and id then ids:write(id, "\n") end
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
