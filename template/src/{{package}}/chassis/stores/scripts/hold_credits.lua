-- needs: request credit_account
-- Hold credits for a direct call, under an id that its caller has made; a resend changes nothing.
-- KEYS: account, holds, entries, ends, accounts, hold. The hold's own record outlives it, so that
-- whoever comes late learns how it ended.

local known = redis.call('HMGET', KEYS[6], 'state', 'amount')
if known[1] then
  local is_other = tonumber(known[2]) ~= request.amount
  return reply({ verdict = is_other and 'mismatch' or known[1], amount = tonumber(known[2]) })
end

local account = credit_account({ 1, 2, 3, 4, 5 })
local free = free_credits(account, request.overdraft, request.amount)
if free < request.amount then
  return reply({ verdict = 'insufficient', balance = free,
                 holds = redis.call('HLEN', account.holds) })
end
expire_holds(account)
take_hold(account, request.hold, request.amount, request.keep_ms)
keep_account(account)
redis.call('HSET', KEYS[6], 'state', 'open', 'amount', integer(request.amount),
  'overdraft', integer(request.overdraft))
redis.call('PEXPIRE', KEYS[6], integer(request.keep_ms + request.memory_ms))
return reply({ verdict = 'open', amount = request.amount })
