-- needs: clock
-- One execution per idempotency key. Keys: claim. A step has a fingerprint, retention_ms,
-- repeatable where a direct call whose outcome is unknown frees the key, and
-- replay_errors where failures that would be the same again are kept as well.
operations.idempotency = function(execution)
  local function keep(step, state, name, text)
    redis.call('HSET', KEYS[step.keys[1]], 'state', state, name, text)
    redis.call('PEXPIRE', KEYS[step.keys[1]], step.retention_ms)
  end

  local function is_ours(step)
    return redis.call('HGET', KEYS[step.keys[1]], 'execution') == execution
  end

  local function check(step)
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
  end

  return {
    check = check,
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
      if not is_ours(step) then return end
      if ending.state == 'succeeded' and (not ending.degraded or ending.final) then
        keep(step, 'succeeded', 'result', ending.result)
      elseif ending.state == 'failed' and ending.permanent and step.replay_errors then
        keep(step, 'failed', 'error', ending.failure)
      elseif ending.state == 'unknown' and not step.repeatable then
        keep(step, 'unknown', 'error', ending.failure)
      else
        redis.call('DEL', KEYS[step.keys[1]])
      end
    end,
    -- A server that lost its latest writes may have given the key to another execution since.
    postpone = function(step)
      if is_ours(step) then redis.call('HSET', KEYS[step.keys[1]], 'state', 'retrying') end
    end,
    recheck = function(step)
      if is_ours(step) then return nil end
      local found = check(step)
      -- Its result is the other's, so there is nothing to answer with here.
      if found and found.verdict == 'replayed' then found.verdict = 'in_progress' end
      return found
    end,
  }
end
