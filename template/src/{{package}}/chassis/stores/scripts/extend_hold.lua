-- needs: request clock
-- Keep an open hold longer: until so long from now, never shorter than it was to be kept.
-- KEYS: ends, hold.

local state = redis.call('HGET', KEYS[2], 'state')
if state ~= 'open' then return reply({ verdict = state or 'missing' }) end
if not redis.call('ZSCORE', KEYS[1], request.hold) then return reply({ verdict = 'expired' }) end
redis.call('ZADD', KEYS[1], 'XX', 'GT', integer(now_ms + request.keep_ms), request.hold)
redis.call('PEXPIRE', KEYS[2], integer(request.keep_ms + request.memory_ms), 'GT')
return reply({ verdict = 'open' })
