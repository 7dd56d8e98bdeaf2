-- Give back: running -> queued at once, because the worker has to stop before the body ends.
-- KEYS: record, due. It is no failure, so it does not count against the deliveries; the new fence
-- keeps a heartbeat that is still on its way from taking it back.

local record, due = KEYS[1], KEYS[2]
local found = redis.call('HMGET', record, 'state', 'fence')
if found[1] ~= 'running' or tonumber(found[2]) ~= request.fence then
  return reply({ verdict = 'stale' })
end

redis.call('HINCRBY', record, 'deliveries', -1)
redis.call('HINCRBY', record, 'fence', 1)
redis.call('HSET', record, 'state', 'queued', 'lease_ms', integer(now_ms))
redis.call('ZADD', due, integer(now_ms), request.execution)
return reply({ verdict = 'given_back' })
