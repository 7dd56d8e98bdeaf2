#!lua flags=allow-oom
-- needs: clock
-- Begin: queued -> running, with a new fencing token and a lease.
-- KEYS: record, due. ARGV: execution, token, ms of the lease, most deliveries, task ('' for any),
-- worker. A worker whose reply was lost sends its token again and gets the same answer.

local record, due = KEYS[1], KEYS[2]
local execution, token, task, worker = ARGV[1], ARGV[2], ARGV[5], ARGV[6]
local lease_ms, deliveries_maximum = tonumber(ARGV[3]), tonumber(ARGV[4])

local found = redis.call('HMGET', record, 'state', 'fence', 'deliveries', 'lease_ms', 'holder',
  'cancel_ms', 'accepted_ms', 'task', 'principal', 'settlement', 'traceparent', 'correlation_id',
  'args', 'run_ms', 'last_after_fence', 'once', 'retries', 'postponed_by')
local state, fence, deliveries = found[1], tonumber(found[2]), tonumber(found[3])

if not state then return '{"verdict":"missing"}' end
-- Not a delivery: the record waits on for its own task.
if task ~= '' and found[8] ~= task then
  return cjson.encode({ verdict = 'misdirected', task = found[8] })
end
if state ~= 'queued' and state ~= 'running' then
  return cjson.encode({ verdict = 'settled', state = state })
end

if state == 'queued' or found[5] ~= token then
  local left_ms = state == 'running' and tonumber(found[4]) - now_ms or 0
  if left_ms > 0 then return cjson.encode({ verdict = 'busy', retry_after_ms = left_ms }) end
  -- Cut off when it must not run twice (even where it was asked to stop: it may have done all by
  -- then), asked to stop, or stopped too often: whoever reads this settles it.
  local ending = state == 'running' and found[16] and 'uncertain' or found[6] and 'cancelling'
    or deliveries >= deliveries_maximum and 'exhausted'
  if ending then
    return cjson.encode({ verdict = ending, deliveries = deliveries, fence = fence,
                          settlement = found[10] })
  end
  -- Another copy of its message, before the time of its next try; when that has come, one is queued.
  local early_ms = found[18] and tonumber(found[14]) - now_ms or 0
  if state == 'queued' and early_ms > 0 then
    return cjson.encode({ verdict = 'busy', retry_after_ms = early_ms })
  end
  -- The last delivery is made alone, so only once the reconciler has let it go. One of an earlier
  -- version lets nothing go, and would come back to it late.
  if deliveries > 0 and deliveries == deliveries_maximum - 1 and found[15] ~= found[2] then
    redis.call('ZADD', due, 'LT', integer(now_ms), execution)
    return '{"verdict":"busy","retry_after_ms":0}'
  end
  deliveries, fence = deliveries + 1, fence + 1
end

local began_ms, lease_until_ms = integer(now_ms), integer(now_ms + lease_ms)
redis.call('HSET', record, 'state', 'running', 'fence', fence, 'deliveries', deliveries,
  'lease_ms', lease_until_ms, 'holder', token, 'started_ms', began_ms,
  'began:' .. deliveries, began_ms .. ' ' .. worker)
redis.call('ZADD', due, lease_until_ms, execution)

local waited_ms = now_ms - tonumber(found[14] or found[7])
-- A line each. JSON has no line breaks of its own, so the two texts behind it can forge nothing.
local head = table.concat({ deliveries, fence, integer(waited_ms), found[17] or 0,
  found[18] and 1 or 0, found[8], found[9],
  found[10], found[11], found[12] }, '\n')
-- The arguments may be large, so they travel as they are.
return { head, found[13] }
