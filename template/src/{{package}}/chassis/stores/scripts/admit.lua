-- Admission: every policy checks, then every policy writes, then the record and the message.
-- KEYS: record, due, [broker queue], then the steps' keys. ARGV from 2: the record's fields.
-- A refusal leaves nothing behind. A resend finds its own record and changes nothing; the
-- fingerprint tells it from another submission under the same execution id.

local record, due = KEYS[1], KEYS[2]

if redis.call('EXISTS', record) == 1 then
  local is_resend = redis.call('HGET', record, 'fingerprint') == request.fingerprint
  return reply({ verdict = is_resend and 'admitted' or 'mismatch' })
end

for _, step in ipairs(request.steps) do
  local refusal = operations[step.op].check(step)
  if refusal then return reply(refusal) end
end
for _, step in ipairs(request.steps) do
  operations[step.op].apply(step)
end

redis.call('HSET', record, 'state', 'queued', 'deliveries', 0, 'fence', 0, 'publishes', 1,
  'accepted_ms', integer(now_ms), unpack(ARGV, 2))
redis.call('ZADD', due, integer(now_ms + request.republish_after_ms), request.execution)
if request.message then redis.call('LPUSH', KEYS[3], request.message) end
return reply({ verdict = 'admitted' })
