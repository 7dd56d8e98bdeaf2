-- needs: request credit_account
-- Give back all that a direct call holds. An expired hold has given it back already.
-- KEYS: account, holds, entries, ends, accounts, hold.

local state = redis.call('HGET', KEYS[6], 'state')
if state ~= 'open' then return reply({ verdict = state or 'missing' }) end
local account = credit_account({ 1, 2, 3, 4, 5 })
local amount = drop_hold(account, request.hold)
if amount then
  give_back(account, amount, request.hold, 'release')
  keep_account(account)
end
redis.call('HSET', KEYS[6], 'state', 'released')
redis.call('PEXPIRE', KEYS[6], integer(request.memory_ms))
return reply({ verdict = 'released' })
