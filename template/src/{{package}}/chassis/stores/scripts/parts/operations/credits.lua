-- needs: clock credit_entry
-- Credits: held at admission, charged or given back at the end. Keys: account, holds, entries.
operations.credits = function(execution)
  return {
    check = function(step)
      local balance = tonumber(redis.call('HGET', KEYS[step.keys[1]], 'balance') or 0)
      if balance >= step.amount then return nil end
      return { verdict = 'insufficient', policy = 'credits', type = step.type,
               needed = step.amount, balance = balance,
               holds = redis.call('HLEN', KEYS[step.keys[2]]) }
    end,
    apply = function(step)
      redis.call('HINCRBY', KEYS[step.keys[1]], 'balance', integer(-step.amount))
      redis.call('HINCRBY', KEYS[step.keys[1]], 'held', integer(step.amount))
      redis.call('HSET', KEYS[step.keys[2]], execution, integer(step.amount))
      credit_entry(step, 'hold', step.amount, execution)
    end,
    -- A success is charged what it used, or the estimate; more than was held is charged as far as
    -- the balance goes. Anything else gives the whole hold back.
    settle = function(step, ending)
      local held = tonumber(redis.call('HGET', KEYS[step.keys[2]], execution))
      if not held then return end
      local charge = 0
      if ending.state == 'succeeded' then
        local balance = tonumber(redis.call('HGET', KEYS[step.keys[1]], 'balance') or 0)
        charge = math.min(ending.used[step.type] or held, held + math.max(balance, 0))
      end
      redis.call('HDEL', KEYS[step.keys[2]], execution)
      redis.call('HINCRBY', KEYS[step.keys[1]], 'held', integer(-held))
      redis.call('HINCRBY', KEYS[step.keys[1]], 'balance', integer(held - charge))
      redis.call('HINCRBY', KEYS[step.keys[1]], 'spent', integer(charge))
      if charge > 0 then credit_entry(step, 'commit', charge, execution) end
      if charge < held then credit_entry(step, 'release', held - charge, execution) end
    end,
    -- To be held again when the execution is tried again.
    postpone = function(step)
      local held = tonumber(redis.call('HGET', KEYS[step.keys[2]], execution))
      if not held then return end
      redis.call('HDEL', KEYS[step.keys[2]], execution)
      redis.call('HINCRBY', KEYS[step.keys[1]], 'held', integer(-held))
      redis.call('HINCRBY', KEYS[step.keys[1]], 'balance', integer(held))
      credit_entry(step, 'release', held, execution)
    end,
  }
end
