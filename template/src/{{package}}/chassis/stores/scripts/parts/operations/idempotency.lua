-- needs: clock
-- One execution per idempotency key. Keys: claim. A step has a fingerprint, retention_ms,
-- repeatable where a direct call whose outcome is unknown frees the key, and
-- replay_errors where failures that would be the same again are kept as well.
operations.idempotency = function(execution)
  local function keep(step, state, name, text)
    redis.call('HSET', KEYS[step.keys[1]], 'state', state, name, text)
    redis.call('PEXPIRE', KEYS[step.keys[1]], step.retention_ms)
  end

  return {
    check = function(step)
      local claim = redis.call('HMGET', KEYS[step.keys[1]],
        'fingerprint', 'execution', 'state', 'result', 'error')
      if not claim[1] then return nil end
      local found = { policy = 'idempotent', execution = claim[2] }
      if claim[1] ~= step.fingerprint then
        found.verdict = 'mismatch'
      elseif claim[3] == 'succeeded' then
        found.verdict, found.result = 'replayed', claim[4]
      elseif claim[3] == 'failed' then
        found.verdict, found.error = 'replayed', claim[5]
      elseif claim[3] == 'unknown' then
        found.verdict = 'uncertain'
      else
        found.verdict = 'in_progress'
      end
      return found
    end,
    -- No expiry while in flight: every accepted execution is settled, and that sets one.
    apply = function(step)
      redis.call('HSET', KEYS[step.keys[1]], 'fingerprint', step.fingerprint,
        'execution', execution, 'state', 'running')
    end,
    -- A cached answer is the key's result from now on, also when the cache has lost it.
    answered = function(step, found)
      if found.verdict ~= 'hit' then return end
      redis.call('HSET', KEYS[step.keys[1]], 'fingerprint', step.fingerprint,
        'execution', found.execution)
      keep(step, 'succeeded', 'result', found.result)
    end,
    -- A success is kept and replayed, and so is what cannot be known; after a failure the key is
    -- free for another go, unless it would fail again.
    settle = function(step, ending)
      local key = KEYS[step.keys[1]]
      if redis.call('HGET', key, 'execution') ~= execution then return end
      if ending.state == 'succeeded' and (not ending.degraded or ending.final) then
        keep(step, 'succeeded', 'result', ending.result)
      elseif ending.state == 'failed' and ending.permanent and step.replay_errors then
        keep(step, 'failed', 'error', ending.failure)
      elseif ending.state == 'unknown' and not step.repeatable then
        keep(step, 'unknown', 'error', ending.failure)
      else
        redis.call('DEL', key)
      end
    end,
    postpone = function(step)
      redis.call('HSET', KEYS[step.keys[1]], 'state', 'retrying')
    end,
    retake = function(step)
      redis.call('HSET', KEYS[step.keys[1]], 'state', 'running')
    end,
  }
end
