-- Reconcile one overdue execution: put it back into its queue, or say that its deliveries are spent
-- or that nobody has known its task for too long.
-- KEYS: record, due, [broker queue]. Safe to run twice: the due time moves on with each run.

local record, due = KEYS[1], KEYS[2]
local score = redis.call('ZSCORE', due, request.execution)
if not score or tonumber(score) > now_ms then return reply({ verdict = 'not_due' }) end

local found = redis.call('HMGET', record, 'state', 'deliveries', 'fence', 'publishes')
local state, deliveries, publishes = found[1], tonumber(found[2]), tonumber(found[4])
if not state or terminal[state] then
  redis.call('ZREM', due, request.execution)
  return reply({ verdict = 'settled' })
end
if deliveries >= request.max_deliveries and state == 'running' then
  return reply({ verdict = 'exhausted', deliveries = deliveries, fence = tonumber(found[3]),
                 settlement = redis.call('HGET', record, 'settlement') })
end

-- The wait doubles each time, so a long backlog is not drowned in copies of itself.
local wait_ms = math.min(request.republish_after_ms * 2 ^ publishes, 86400000)

-- Counted from the first look that did not know the task; whoever does know it, or has begun it,
-- starts the count anew: while a deploy rolls out, versions differ.
if not request.unknown_patience_ms or state == 'running' then
  redis.call('HDEL', record, 'unknown_ms')
else
  redis.call('HSETNX', record, 'unknown_ms', integer(now_ms))
  local since_ms = tonumber(redis.call('HGET', record, 'unknown_ms'))
  local left_ms = since_ms + request.unknown_patience_ms - now_ms
  if left_ms <= 0 then
    return reply({ verdict = 'unknown', fence = tonumber(found[3]),
                   settlement = redis.call('HGET', record, 'settlement') })
  end
  wait_ms = math.min(wait_ms, left_ms)
end
redis.call('HSET', record, 'state', 'queued', 'publishes', publishes + 1)
redis.call('ZADD', due, integer(now_ms + wait_ms), request.execution)
if request.message then redis.call('LPUSH', KEYS[3], request.message) end
return reply({ verdict = 'republished', was = state })
