#!lua
-- needs: clock policies
-- Admission: every policy checks, then every policy writes, then the record and the message. Where a
-- policy has an answer already, those before it write what an answer leaves, and there is no record;
-- unless the answer is to be computed anew, by an execution that owes nothing but that.
-- KEYS: record, due, [broker queue], then the steps' keys. ARGV: execution, fingerprint, ms until it
-- is published again, ms of its delay (0: none), steps as JSON and message ('' for none), whether the
-- accept is durable ('' for not), who takes it ('' for a queue), then the record's fields.
-- `caller`: it runs at once in the process that asks, which has that many ms to settle it. `nobody`:
-- the steps are all there is, and nothing is recorded.
-- A refusal leaves nothing behind. A resend finds its own record and changes nothing; the
-- fingerprint tells it from another submission under the same execution id.

local record, due = KEYS[1], KEYS[2]
local execution, fingerprint, steps, message = ARGV[1], ARGV[2], ARGV[5], ARGV[6]
local republish_after_ms, delay_ms = tonumber(ARGV[3]), tonumber(ARGV[4])

-- What is told of an earlier accept holds only once that one is on disk. The server waits for the
-- last write of this connection; this one comes after all there were.
local function write_again(key, field, value)
  if ARGV[7] ~= '' then redis.call('HSET', key, field, value) end
end

local found = redis.call('HGET', record, 'fingerprint')
if found then
  write_again(record, 'fingerprint', found)
  return cjson.encode({ verdict = found == fingerprint and 'admitted' or 'mismatch' })
end

local answer, owed
if steps ~= '' then
  steps = cjson.decode(steps)
  for place, step in ipairs(steps) do
    local found = operation_of(step, execution).check(step)
    if found then
      if found.answers then
        each_step({ unpack(steps, 1, place - 1) }, 'answered', execution, found)
        if found.verdict == 'joined' and ARGV[7] ~= '' then
          redis.call('SET', KEYS[step.keys[1]], found.execution, 'KEEPTTL')
        end
      elseif found.execution then
        write_again(KEYS[step.keys[1]], 'execution', found.execution)
      end
      -- What is stale stays so while new work would be turned away at once.
      for later = place + 1, #steps do
        if steps[later].op == 'gate' then found.refresh = false end
      end
      answer = cjson.encode(found)
      if not found.refresh then return answer end
      steps, owed = { step }, operation_of(step, execution).owed(step)
      break
    end
  end
  each_step(steps, 'apply', execution)
end

if ARGV[8] == 'nobody' then return '{"verdict":"admitted"}' end
local accepted_ms = integer(now_ms)
if ARGV[8] == 'caller' then
  local lease_until_ms = integer(now_ms + republish_after_ms)
  redis.call('HSET', record, 'state', 'running', 'fence', 1, 'deliveries', 1, 'publishes', 0,
    'accepted_ms', accepted_ms, 'started_ms', accepted_ms, 'lease_ms', lease_until_ms,
    'began:1', accepted_ms .. ' caller', unpack(ARGV, 9))
  if owed then redis.call('HSET', record, 'settlement', owed) end
  redis.call('ZADD', due, lease_until_ms, execution)
  return answer or '{"verdict":"admitted"}'
end

redis.call('HSET', record, 'state', 'queued', 'fence', 0, 'deliveries', 0,
  'publishes', delay_ms > 0 and 0 or 1, 'accepted_ms', accepted_ms, unpack(ARGV, 9))
if owed then redis.call('HSET', record, 'settlement', owed) end
if delay_ms > 0 then
  -- Nothing to push yet: the reconciler does so when the time has come.
  local run_ms = integer(now_ms + delay_ms)
  redis.call('HSET', record, 'run_ms', run_ms)
  redis.call('ZADD', due, run_ms, execution)
else
  redis.call('ZADD', due, integer(now_ms + republish_after_ms), execution)
  if message ~= '' then redis.call('LPUSH', KEYS[3], message) end
end
return answer or '{"verdict":"admitted"}'
