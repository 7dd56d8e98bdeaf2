#!lua flags=allow-oom
-- needs: clock policies
-- Heartbeat: extend the lease of a running execution and store its latest progress.
-- KEYS: record, due, then the steps' keys. ARGV: execution, fence, ms of the lease, progress ('' for
-- none), notice channel, and as JSON the steps whose holds and leases live on with it ('' for none).
-- Says "stale" to a worker that has lost its lease to another, "cancelling" to one that is to stop.
-- A lease that ran out, but that nobody took over, comes back: the worker was slow, not dead.

local record, due = KEYS[1], KEYS[2]
local execution, fence, progress = ARGV[1], ARGV[2], ARGV[4]

local found = redis.call('HMGET', record, 'state', 'fence', 'cancel_ms')
if found[1] ~= 'running' and found[1] ~= 'queued' or found[2] ~= fence then return 'stale' end

local lease_until_ms = integer(now_ms + tonumber(ARGV[3]))
redis.call('ZADD', due, lease_until_ms, execution)
if progress == '' then
  redis.call('HSET', record, 'state', 'running', 'lease_ms', lease_until_ms)
else
  redis.call('HSET', record, 'state', 'running', 'lease_ms', lease_until_ms, 'progress', progress)
  redis.call('PUBLISH', ARGV[5], 'progress')
end
if ARGV[6] ~= '' then each_step(cjson.decode(ARGV[6]), 'renew', execution) end
return found[3] and 'cancelling' or 'extended'
