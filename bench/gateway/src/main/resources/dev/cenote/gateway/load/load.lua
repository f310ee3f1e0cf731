-- Sends the documents of a folder (written by Corpus.java) in random order; prints what WrkOutput.java reads.
-- Arguments: the folder, the seed.

local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(args)
   local folder, seed = args[1], tonumber(args[2])
   math.randomseed(seed * 1009 + number)
   requests = {}
   for line in io.lines(folder .. "/index.txt") do
      local name, checksum = line:match("^(%S+) (%S+)$")
      local file = assert(io.open(folder .. "/" .. name, "rb"))
      local body = file:read("*a")
      file:close()
      requests[#requests + 1] = wrk.format("POST", nil,
         { ["Content-Type"] = "application/json", ["X-Crc32c"] = checksum }, body)
   end
end

function request()
   return requests[math.random(#requests)]
end

function done(summary, latency)
   local function say(name, value)
      io.write(string.format("cenote %s %.3f\n", name, value))
   end
   say("requests", summary.requests)
   say("duration_micros", summary.duration)
   for _, kind in ipairs({ "connect", "read", "write", "status", "timeout" }) do
      say("error_" .. kind, summary.errors[kind])
   end
   say("p0", latency.min)
   for _, percentile in ipairs({ 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99 }) do
      say("p" .. percentile, latency:percentile(percentile))
   end
   say("p100", latency.max)
end
