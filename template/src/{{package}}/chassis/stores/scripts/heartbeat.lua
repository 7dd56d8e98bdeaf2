-- Heartbeat: extend the lease of a running execution and store its latest progress.
-- KEYS: record, due. Says "stale" to a worker that has lost its lease to another.
-- A lease that ran out, but that nobody took over, comes back: the worker was slow, not dead.

local record, due = KEYS[1], KEYS[2]
local found = redis.call('HMGET', record, 'state', 'fence')
if not found[1] or terminal[found[1]] or tonumber(found[2]) ~= request.fence then
  return reply({ verdict = 'stale' })
end

local lease_ms = now_ms + request.lease_ms
redis.call('HSET', record, 'state', 'running', 'lease_ms', integer(lease_ms))
redis.call('ZADD', due, integer(lease_ms), request.execution)
if request.progress then
  redis.call('HSET', record, 'progress', request.progress)
  redis.call('PUBLISH', request.notice, 'progress')
end
return reply({ verdict = 'extended' })
