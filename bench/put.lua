-- Writes 64 bytes under one of 5,000 keys at random.
local path, token = os.getenv("BENCH_PATH"), os.getenv("SECRONNA_TOKEN")
local requests = {}
function init()
  math.randomseed(os.time())
  wrk.method = "PUT"
  wrk.headers["Authorization"] = "Bearer " .. token
  wrk.headers["Content-Type"] = "application/json"
  for i = 1, 5000 do
    local body = string.format('{"key":"BENCH_PUT_%07d","value":"%s"}', i, string.rep("v", 64))
    requests[i] = wrk.format(nil, path, nil, body)
  end
end
function request() return requests[math.random(#requests)] end
