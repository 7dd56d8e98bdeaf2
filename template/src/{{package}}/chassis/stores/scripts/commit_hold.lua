-- needs: request credit_account
-- Charge what a direct call has used, and give the rest of its hold back; once per hold.
-- KEYS: account, holds, entries, ends, accounts, hold. `used` is nil for all that was held; more is
-- charged as far as the balance goes, or refused where the caller says so (`strict`).

local hold = KEYS[6]
local known = redis.call('HMGET', hold, 'state', 'amount', 'overdraft', 'used', 'charged', 'late')
local state, used = known[1], request.used or tonumber(known[2])
if state == 'committed' then
  local verdict = tonumber(known[4]) == used and 'committed' or 'mismatch'
  return reply({ verdict = verdict, used = tonumber(known[4]), charged = tonumber(known[5]),
                 late = known[6] == '1' })
end
if state ~= 'open' then return reply({ verdict = state or 'missing' }) end
if request.strict and used > tonumber(known[2]) then
  return reply({ verdict = 'excessive', amount = tonumber(known[2]) })
end

local account = credit_account({ 1, 2, 3, 4, 5 })
local charged, late = charge_account(account, request.hold, used, tonumber(known[3]), 'commit')
keep_account(account)
redis.call('HSET', hold, 'state', 'committed', 'used', integer(used), 'charged', integer(charged),
  'late', late and 1 or 0)
redis.call('PEXPIRE', hold, integer(request.memory_ms))
return reply({ verdict = 'committed', used = used, charged = charged, late = late })
