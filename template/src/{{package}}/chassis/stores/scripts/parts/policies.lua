-- The policies' operations: check decides without writing, apply writes, settle ends.
-- A step names its operation (op) and its keys by position in KEYS. Made on demand, because most
-- executions have no steps.
local function policies(execution)
  local operations = {}

  operations.idempotency = {
    check = function(step)
      local claim = redis.call('HMGET', KEYS[step.keys[1]],
        'fingerprint', 'execution', 'state', 'result')
      if not claim[1] then return nil end
      if claim[1] ~= step.fingerprint then
        return { verdict = 'mismatch', policy = 'idempotent', execution = claim[2] }
      end
      if claim[3] == 'succeeded' then
        return { verdict = 'replayed', policy = 'idempotent', execution = claim[2],
                 result = claim[4] }
      end
      return { verdict = 'in_progress', policy = 'idempotent', execution = claim[2] }
    end,
    -- No expiry while in flight: every accepted execution is settled, and that sets one.
    apply = function(step)
      redis.call('HSET', KEYS[step.keys[1]], 'fingerprint', step.fingerprint,
        'execution', execution, 'state', 'running')
    end,
    -- A success is kept and replayed; after a failure the key is free for another go.
    settle = function(step, state, result)
      local key = KEYS[step.keys[1]]
      if redis.call('HGET', key, 'execution') ~= execution then return end
      if state == 'succeeded' then
        redis.call('HSET', key, 'state', 'succeeded', 'result', result)
        redis.call('PEXPIRE', key, step.retention_ms)
      else
        redis.call('DEL', key)
      end
    end,
  }

  -- GCRA (generic cell rate algorithm): one theoretical arrival time per subject. A refusal does
  -- not move it, so a caller that keeps knocking is not locked out for longer.
  operations.rate_limit = {
    check = function(step)
      if step.cost > step.burst then
        return { verdict = 'impossible', policy = 'rate_limit' }
      end
      local arrival = math.max(tonumber(redis.call('GET', KEYS[step.keys[1]]) or 0), now_us)
      local allowed_from = arrival + step.interval_us * (step.cost - step.burst)
      if allowed_from > now_us then
        return { verdict = 'limited', policy = 'rate_limit',
                 retry_after_ms = math.ceil((allowed_from - now_us) / 1000) }
      end
      step.arrival = arrival + step.interval_us * step.cost
      return nil
    end,
    apply = function(step)
      local life_ms = math.ceil((step.arrival - now_us) / 1000) + 1
      redis.call('SET', KEYS[step.keys[1]], integer(step.arrival), 'PX', integer(life_ms))
    end,
  }

  operations.credits = {
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
    settle = function(step, state, _, used)
      local held = tonumber(redis.call('HGET', KEYS[step.keys[2]], execution))
      if not held then return end
      local charge = 0
      if state == 'succeeded' then
        local balance = tonumber(redis.call('HGET', KEYS[step.keys[1]], 'balance') or 0)
        charge = math.min(used[step.type] or held, held + math.max(balance, 0))
      end
      redis.call('HDEL', KEYS[step.keys[2]], execution)
      redis.call('HINCRBY', KEYS[step.keys[1]], 'held', integer(-held))
      redis.call('HINCRBY', KEYS[step.keys[1]], 'balance', integer(held - charge))
      redis.call('HINCRBY', KEYS[step.keys[1]], 'spent', integer(charge))
      if charge > 0 then credit_entry(step, 'commit', charge, execution) end
      if charge < held then credit_entry(step, 'release', held - charge, execution) end
    end,
  }

  return operations
end
