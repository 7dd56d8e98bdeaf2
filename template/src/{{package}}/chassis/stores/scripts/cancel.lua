#!lua flags=allow-oom
-- needs: clock
-- Ask an execution to stop. What is queued, the caller settles now; a running one is told by its
-- worker, which hears the channel or asks with its next heartbeat.
-- KEYS: record, due. ARGV: execution, tenant, channel of the cancellations, ms of a lease.

local record, due, execution = KEYS[1], KEYS[2], ARGV[1]
local found = redis.call('HMGET', record, 'state', 'fence', 'settlement')
local state = found[1]

if not state then return '{"verdict":"missing"}' end
if state ~= 'queued' and state ~= 'running' then
  return cjson.encode({ verdict = 'settled', state = state })
end

redis.call('HSETNX', record, 'cancel_ms', integer(now_ms))
if state == 'running' then
  redis.call('PUBLISH', ARGV[3], ARGV[2] .. ' ' .. execution)
  return cjson.encode({ verdict = 'requested', state = state })
end
-- If the caller dies before it settles, nobody may wait until a delayed execution is due.
redis.call('ZADD', due, 'LT', integer(now_ms + tonumber(ARGV[4])), execution)
return cjson.encode({ verdict = 'queued', state = state, fence = tonumber(found[2]),
                      settlement = found[3] })
