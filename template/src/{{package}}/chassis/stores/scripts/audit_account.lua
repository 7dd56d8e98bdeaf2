-- needs: request credit_account
-- Look after one account: give back what expired holds keep, a few at a time; check that it adds up;
-- keep its entries below their bound, the oldest of which go first, whether exported or not.
-- KEYS: account, holds, entries, ends, accounts. To add up a great many holds takes long, so more
-- than `summed_maximum` are taken at the account's word.

local account = credit_account({ 1, 2, 3, 4, 5 })
local expired = expire_holds(account)
if expired > 0 then keep_account(account) end

local conserved = account.granted == account.balance + account.held + account.spent
if redis.call('HLEN', account.holds) <= request.summed_maximum then
  local held = 0
  for _, amount in ipairs(redis.call('HVALS', account.holds)) do held = held + tonumber(amount) end
  conserved = conserved and held == account.held
end

local entries, dropped = redis.call('XLEN', account.entries), 0
if entries > request.entries_maximum then
  dropped = redis.call('XTRIM', account.entries, 'MAXLEN', '~', request.entries_maximum,
    'LIMIT', 10000)
end
return reply({ conserved = conserved, expired = expired, entries = entries - dropped,
               dropped = dropped })
