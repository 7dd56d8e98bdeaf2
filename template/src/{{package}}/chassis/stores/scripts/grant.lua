-- needs: request credit_account
-- Grant credits to an account, once per grant id; another amount under it is a mismatch.
-- KEYS: account, holds, entries, ends, accounts.

local account = credit_account({ 1, 2, 3, 4, 5 })
if redis.call('HSETNX', account.key, 'grant:' .. request.grant, integer(request.amount)) == 1 then
  account.granted = account.granted + request.amount
  account.balance = account.balance + request.amount
  keep_account(account)
  credit_entry(account, 'grant', request.amount, request.grant)
end
local earlier = tonumber(redis.call('HGET', account.key, 'grant:' .. request.grant))
if earlier ~= request.amount then return reply({ verdict = 'mismatch', earlier = earlier }) end
return reply({ granted = account.granted, balance = account.balance, held = account.held,
               spent = account.spent, uncharged = account.uncharged })
