-- needs: request clock
-- Take an event for some of its handlers: each handler has a record, which remembers for as long as
-- duplicates may come whether it has handled the event, and how often it was tried.
-- KEYS: one record per handler. Answers per handler: verdict, deliveries, last error.

local answers = {}
for place, record in ipairs(KEYS) do
  local found = redis.call('HMGET', record, 'state', 'holder', 'lease_ms', 'deliveries', 'error')
  local deliveries = tonumber(found[4] or 0)
  local verdict = 'run'
  if found[1] == 'handled' then
    verdict = 'handled'
  elseif found[2] == request.token then
    verdict = 'run' -- a resend: its answer was lost, its lease stands
  elseif found[2] and tonumber(found[3]) > now_ms then
    verdict = 'busy'
  elseif deliveries >= request.max_deliveries then
    verdict = 'exhausted'
  else
    deliveries = deliveries + 1
    redis.call('HSET', record, 'holder', request.token,
      'lease_ms', integer(now_ms + request.lease_ms), 'deliveries', deliveries)
    redis.call('PEXPIRE', record, request.retention_ms)
  end
  answers[place] = { verdict, deliveries, found[5] or '' }
end
return answers
