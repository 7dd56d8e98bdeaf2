-- needs: clock
-- A credit account: read once, changed here, written once. granted = balance + held + spent after
-- every script. `keys` are the places in KEYS of: account, holds (amount by id), entries, ends of the
-- holds (ids by ms), accounts. What an earlier version has submitted names the first three alone.

local function credit_account(keys)
  local key = KEYS[keys[1]]
  local found = redis.call('HMGET', key, 'granted', 'balance', 'held', 'spent', 'uncharged', 'listed')
  return { key = key, holds = KEYS[keys[2]], entries = KEYS[keys[3]],
           ends = keys[4] and KEYS[keys[4]], accounts = keys[5] and KEYS[keys[5]],
           granted = tonumber(found[1] or 0), balance = tonumber(found[2] or 0),
           held = tonumber(found[3] or 0), spent = tonumber(found[4] or 0),
           uncharged = tonumber(found[5] or 0), is_listed = found[6] }
end

local function keep_account(account)
  redis.call('HSET', account.key, 'granted', integer(account.granted),
    'balance', integer(account.balance), 'held', integer(account.held),
    'spent', integer(account.spent), 'uncharged', integer(account.uncharged))
  if account.accounts and not account.is_listed then
    redis.call('SADD', account.accounts, account.key)
    redis.call('HSET', account.key, 'listed', 1)
  end
end

-- Every movement leaves an entry, with what the account has behind it.
local function credit_entry(account, kind, amount, reference, uncharged)
  redis.call('XADD', account.entries, '*', 'kind', kind, 'amount', integer(amount),
    'reference', reference, 'balance', integer(account.balance), 'held', integer(account.held),
    'spent', integer(account.spent), 'uncharged', integer(uncharged or 0))
end

local function take_hold(account, id, amount, keep_ms)
  account.balance, account.held = account.balance - amount, account.held + amount
  redis.call('HSET', account.holds, id, integer(amount))
  if keep_ms then redis.call('ZADD', account.ends, integer(now_ms + keep_ms), id) end
  credit_entry(account, 'hold', amount, id)
end

-- Forget a hold and say how much it was; nil when there is none.
local function drop_hold(account, id)
  local amount = tonumber(redis.call('HGET', account.holds, id))
  if amount then redis.call('HDEL', account.holds, id) end
  if account.ends then redis.call('ZREM', account.ends, id) end
  return amount
end

local function give_back(account, amount, id, kind)
  account.held, account.balance = account.held - amount, account.balance + amount
  credit_entry(account, kind, amount, id)
end

-- Holds whose time has passed. A few at a time: an account may have thousands.
local function expired_holds(account)
  return account.ends and redis.call('ZRANGE', account.ends, '-inf', integer(now_ms), 'BYSCORE',
    'LIMIT', 0, 20) or {}
end

local function expire_holds(account)
  local expired = expired_holds(account)
  for _, id in ipairs(expired) do
    local amount = drop_hold(account, id)
    if amount then give_back(account, amount, id, 'expire') end
  end
  return #expired
end

-- What a new hold may take: what holds still keep whose time has passed counts, if it is needed.
local function free_credits(account, overdraft, needed)
  local free = account.balance + overdraft
  if free >= needed then return free end
  for _, id in ipairs(expired_holds(account)) do
    free = free + tonumber(redis.call('HGET', account.holds, id) or 0)
  end
  return free
end

-- Charge to a hold, and beyond it as far as the balance (and the overdraft) goes; the rest of the
-- hold goes back. A hold that has expired charges nothing to itself, which is late, but not lost.
-- Returns what was charged, and whether it was late.
local function charge_account(account, id, wanted, overdraft, kind)
  local held = drop_hold(account, id)
  local charged = math.min(wanted, (held or 0) + math.max(account.balance + overdraft, 0))
  local from_hold = math.min(charged, held or 0)
  account.held, account.spent = account.held - from_hold, account.spent + charged
  account.balance = account.balance - (charged - from_hold)
  account.uncharged = account.uncharged + (wanted - charged)
  if kind == 'commit' and not held then kind = 'late' end
  if wanted > 0 then credit_entry(account, kind, charged, id, wanted - charged) end
  if held and held > from_hold then give_back(account, held - from_hold, id, 'release') end
  return charged, not held
end
