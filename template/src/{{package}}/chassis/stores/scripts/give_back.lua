#!lua flags=allow-oom
-- needs: clock
-- Give back: running -> queued at once, because the worker has to stop before the body ends.
-- KEYS: record, due. ARGV: execution, fence. It is no failure, so it does not count against the
-- deliveries; the new fence keeps a heartbeat that is still on its way from taking it back.

local record, due, execution, fence = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local found = redis.call('HMGET', record, 'state', 'fence', 'deliveries')
if found[1] ~= 'running' or found[2] ~= fence then return 'stale' end

local given_ms = integer(now_ms)
redis.call('HSET', record, 'state', 'queued', 'fence', fence + 1, 'deliveries', found[3] - 1,
  'lease_ms', given_ms)
redis.call('ZADD', due, given_ms, execution)
return 'given_back'
