-- needs: request clock credit_entry
-- Grant credits to an account, once per grant id; another amount under it is a mismatch.
-- KEYS: account, holds, entries.

local account = KEYS[1]
if redis.call('HSETNX', account, 'grant:' .. request.grant, integer(request.amount)) == 1 then
  redis.call('HINCRBY', account, 'granted', integer(request.amount))
  redis.call('HINCRBY', account, 'balance', integer(request.amount))
  credit_entry({ keys = { 1, 2, 3 } }, 'grant', request.amount, '')
end
local earlier = tonumber(redis.call('HGET', account, 'grant:' .. request.grant))
if earlier ~= request.amount then return reply({ verdict = 'mismatch', earlier = earlier }) end

local found = redis.call('HMGET', account, 'granted', 'balance', 'held', 'spent')
return reply({ verdict = 'granted', granted = tonumber(found[1] or 0),
               balance = tonumber(found[2] or 0), held = tonumber(found[3] or 0),
               spent = tonumber(found[4] or 0) })
