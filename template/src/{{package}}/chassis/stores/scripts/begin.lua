-- Begin: queued -> running, with a new fencing token and a lease.
-- KEYS: record, due. A worker whose reply was lost sends its token again and gets the same answer.

local record, due = KEYS[1], KEYS[2]
local found = redis.call('HMGET', record, 'state', 'deliveries', 'fence', 'lease_ms', 'holder',
  'task')
local state, deliveries, fence = found[1], tonumber(found[2]), tonumber(found[3])

if not state then return reply({ verdict = 'missing' }) end
-- Not a delivery: the record waits on for its own task.
if request.task and found[6] ~= request.task then
  return reply({ verdict = 'misdirected', task = found[6] })
end
if terminal[state] then return reply({ verdict = 'settled', state = state }) end

local resent = state == 'running' and found[5] == request.token
if not resent then
  if state == 'running' and tonumber(found[4]) > now_ms then
    return reply({ verdict = 'busy', retry_after_ms = tonumber(found[4]) - now_ms })
  end
  if deliveries >= request.max_deliveries then
    return reply({ verdict = 'exhausted', deliveries = deliveries, fence = fence,
                   settlement = redis.call('HGET', record, 'settlement') })
  end
  deliveries, fence = deliveries + 1, fence + 1
end

local lease_ms = now_ms + request.lease_ms
redis.call('HSET', record, 'state', 'running', 'deliveries', deliveries, 'fence', fence,
  'holder', request.token, 'lease_ms', integer(lease_ms), 'started_ms', integer(now_ms))
redis.call('ZADD', due, integer(lease_ms), request.execution)

local fields = redis.call('HMGET', record, 'task', 'principal', 'settlement', 'correlation_id',
  'traceparent', 'accepted_ms', 'args')
local header = reply({
  verdict = 'started', deliveries = deliveries, fence = fence, task = fields[1],
  principal = fields[2], settlement = fields[3], correlation_id = fields[4],
  traceparent = fields[5], waited_ms = now_ms - tonumber(fields[6]),
})
-- The arguments may be large, so they travel beside the header instead of being encoded again.
return { header, fields[7] }
