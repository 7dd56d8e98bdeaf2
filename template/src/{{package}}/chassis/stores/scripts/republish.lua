#!lua flags=allow-oom
-- needs: request clock
-- Reconcile one overdue execution: put it (back) into its queue, or say what else it needs: it was
-- cancelled, its deliveries are spent, or nobody has known its task for too long.
-- KEYS: record, due, suspect, [broker queue]. ARGV[2] is the message, '' for none.
-- Safe to run twice: the due time moves on with each run.
-- The last delivery is made alone. What ran beside poison has lost as many workers as the poison
-- itself; one at a time, the poison ends, and the others succeed.

local record, due, suspect, message = KEYS[1], KEYS[2], KEYS[3], ARGV[2]
-- A suspect that nobody begins must not hold up the others; most are begun and ended in seconds.
local suspect_ms, pause_ms = 60000, 1000
local score = redis.call('ZSCORE', due, request.execution)
if not score or tonumber(score) > now_ms then return reply({ verdict = 'not_due' }) end

local found = redis.call('HMGET', record, 'state', 'fence', 'deliveries', 'publishes', 'cancel_ms',
  'once')
local state, deliveries, publishes = found[1], tonumber(found[3]), tonumber(found[4])
if state ~= 'queued' and state ~= 'running' then
  redis.call('ZREM', due, request.execution)
  return reply({ verdict = 'settled' })
end

local function to_settle(verdict)
  return reply({ verdict = verdict, deliveries = deliveries, fence = tonumber(found[2]),
                 settlement = redis.call('HGET', record, 'settlement') })
end

-- One that runs is due when its lease has ended, so no worker is left that could stop it.
-- Cut off, and not to run twice: also where it was asked to stop, since it may have done all by then.
if found[6] and state == 'running' then return to_settle('uncertain') end
if found[5] then return to_settle('cancelling') end
if deliveries >= request.max_deliveries and state == 'running' then return to_settle('exhausted') end

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
  if left_ms <= 0 then return to_settle('unknown') end
  wait_ms = math.min(wait_ms, left_ms)
end

if deliveries > 0 and deliveries == request.max_deliveries - 1 then
  local other = redis.call('GET', suspect)
  if other and other ~= request.execution and redis.call('ZSCORE', due, other) then
    redis.call('ZADD', due, integer(now_ms + pause_ms), request.execution)
    return reply({ verdict = 'waiting' })
  end
  redis.call('SET', suspect, request.execution, 'PX', suspect_ms)
  -- Lets the next delivery begin, and none after it.
  redis.call('HSET', record, 'last_after_fence', found[2])
end

redis.call('HSET', record, 'state', 'queued', 'publishes', publishes + 1)
redis.call('ZADD', due, integer(now_ms + wait_ms), request.execution)
if message ~= '' then redis.call('LPUSH', KEYS[4], message) end
return reply({ verdict = 'republished', was = publishes == 0 and 'delayed' or state })
