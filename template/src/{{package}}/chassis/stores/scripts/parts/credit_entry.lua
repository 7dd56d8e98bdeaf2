-- Credits: granted = balance + held + spent, after every script. Keys: account, holds, entries.
local function credit_entry(step, kind, amount, execution)
  local account = redis.call('HMGET', KEYS[step.keys[1]], 'balance', 'held', 'spent')
  redis.call('XADD', KEYS[step.keys[3]], 'MAXLEN', '~', 1000000, '*', 'kind', kind,
    'amount', integer(amount), 'execution', execution, 'balance', account[1] or '0',
    'held', account[2] or '0', 'spent', account[3] or '0')
end
