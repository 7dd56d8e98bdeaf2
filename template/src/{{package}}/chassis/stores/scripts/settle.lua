-- Settlement: the result, what every policy owes, the events, and the notice, at once or not at all.
-- KEYS: record, due, event stream, then the keys of the steps that admission chose.
-- ARGV[2] is the result, ARGV[3] the error; empty text where there is none.
-- Only the delivery that holds the fence settles; the token recognises a resend.

local record, due, stream = KEYS[1], KEYS[2], KEYS[3]
local result, failure = ARGV[2], ARGV[3]
local found = redis.call('HMGET', record, 'state', 'fence', 'settled_by')

if not found[1] then return reply({ verdict = 'missing' }) end
if terminal[found[1]] then
  return reply({ verdict = found[3] == request.token and 'already' or 'stale' })
end
if tonumber(found[2]) ~= request.fence then return reply({ verdict = 'stale' }) end

for _, step in ipairs(request.steps) do
  operations[step.op].settle(step, result)
end
append_events(stream, request.events, request.doorbell)

redis.call('HSET', record, 'state', request.state, 'settled_ms', integer(now_ms),
  'settled_by', request.token)
if result ~= '' then redis.call('HSET', record, 'result', result) end
if failure ~= '' then redis.call('HSET', record, 'error', failure) end
-- A success needs its arguments no more; a failure keeps them, so that it can be looked into.
if request.state == 'succeeded' then redis.call('HDEL', record, 'args') end
redis.call('PEXPIRE', record, request.retention_ms)
redis.call('ZREM', due, request.execution)
redis.call('PUBLISH', request.notice, request.state)
return reply({ verdict = 'settled' })
