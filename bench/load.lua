-- wrk's script: send the requests of a file in turn; print what came back as one line of JSON.
-- The file holds each request after its length in bytes and a line feed.
local requests, count = {}, 0
sent = 0 -- global, so that done() can read it through its thread
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for line in function() return file:read("*l") end do
    count = count + 1
    requests[count] = file:read(tonumber(line))
  end
  file:close()
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % count + 1]
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.stderr:write(string.format(
    '{"answered": %d, "sent": %d, "refused": %d, "failed": %d, "bytes": %d, "seconds": %.6f}\n',
    -- wrk asks for one request before it begins, to see whether they differ.
    summary.requests, threads[1]:get("sent") - 1, errors.status, failed, summary.bytes,
    summary.duration / 1e6))
end
