#!lua flags=allow-oom
-- needs: clock policies
-- Postpone: running -> queued, to be tried again later, because this delivery failed in a way that may
-- pass. What must not be held for so long is given back. It does not count against the deliveries.
-- KEYS: record, due, [unacked, unacked index], then the steps' keys. ARGV: execution, fence, token, ms
-- until it is queued, error, notice channel, delivery tag ('' without one), steps as JSON ('').
-- One whose owner wants it to stop is left to the caller, who settles it.

local record, due = KEYS[1], KEYS[2]
local execution, fence, token, tag = ARGV[1], ARGV[2], ARGV[3], ARGV[7]
if tag ~= '' then
  redis.call('HDEL', KEYS[3], tag)
  redis.call('ZREM', KEYS[4], tag)
end

local found = redis.call('HMGET', record, 'state', 'fence', 'deliveries', 'postponed_by',
  'cancel_ms')
if found[4] == token then return 'already' end
if found[1] ~= 'running' or found[2] ~= fence then return 'stale' end
if found[5] then return 'cancelling' end

if ARGV[8] ~= '' then each_step(cjson.decode(ARGV[8]), 'postpone', execution) end
local run_ms = integer(now_ms + tonumber(ARGV[4]))
redis.call('HSET', record, 'state', 'queued', 'fence', fence + 1, 'deliveries', found[3] - 1,
  'publishes', 0, 'run_ms', run_ms, 'lease_ms', integer(now_ms), 'postponed_by', token,
  'error', ARGV[5])
redis.call('HINCRBY', record, 'retries', 1)
redis.call('HDEL', record, 'last_after_fence')
redis.call('ZADD', due, run_ms, execution)
redis.call('PUBLISH', ARGV[6], 'queued')
return 'postponed'
