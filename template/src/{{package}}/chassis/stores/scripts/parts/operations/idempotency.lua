-- needs: clock
-- One execution per idempotency key. Keys: claim. A step has a fingerprint and retention_ms.
operations.idempotency = function(execution)
  return {
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
    settle = function(step, ending)
      local key = KEYS[step.keys[1]]
      if redis.call('HGET', key, 'execution') ~= execution then return end
      if ending.state == 'succeeded' and (not ending.degraded or ending.final) then
        redis.call('HSET', key, 'state', 'succeeded', 'result', ending.result)
        redis.call('PEXPIRE', key, step.retention_ms)
      else
        redis.call('DEL', key)
      end
    end,
  }
end
