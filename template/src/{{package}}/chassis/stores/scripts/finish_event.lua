-- needs: request
-- Write down how handlers ended, and acknowledge what nobody has to see again.
-- KEYS: event stream, then one record per handler; `errors` is in the same order, empty for success.
-- Only the holder of a record writes to it: a handler that outlived its lease has been replaced.

for place, failure in ipairs(request.errors) do
  local record = KEYS[place + 1]
  if redis.call('HGET', record, 'holder') == request.token then
    redis.call('HDEL', record, 'holder', 'lease_ms')
    if failure == '' then
      redis.call('HDEL', record, 'error')
      redis.call('HSET', record, 'state', 'handled')
    else
      redis.call('HSET', record, 'error', failure)
    end
  end
end
if #request.acknowledged > 0 then
  redis.call('XACK', KEYS[1], request.group, unpack(request.acknowledged))
end
return reply({ verdict = 'finished' })
