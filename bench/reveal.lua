-- Reveals at random from a file of ids.
local ids, token = {}, os.getenv("SECRONNA_TOKEN")
for id in io.lines(os.getenv("BENCH_IDS")) do ids[#ids + 1] = id end
local requests = {}
function init()
  math.randomseed(os.time())
  wrk.method = "POST"
  wrk.headers["Authorization"] = "Bearer " .. token
  for i = 1, #ids do requests[i] = wrk.format(nil, "/api/v1/secrets/" .. ids[i] .. "/reveal") end
end
function request() return requests[math.random(#requests)] end
