-- needs: clock
-- At most so many executions of one subject under way. Keys: leases, a sorted set of executions by
-- the time (ms) at which they stop to count. A step has a limit and lease_ms.
operations.concurrency_limit = function(execution)
  -- Most executions end long before their lease, so a caller need not wait for that.
  local retry_after_ms_maximum = 5000

  local function take(step)
    local key = KEYS[step.keys[1]]
    redis.call('ZADD', key, integer(now_ms + step.lease_ms), execution)
    -- An earlier one may have a longer lease.
    if redis.call('PTTL', key) < step.lease_ms then redis.call('PEXPIRE', key, step.lease_ms) end
  end

  local function leave(step)
    redis.call('ZREM', KEYS[step.keys[1]], execution)
  end

  return {
    check = function(step)
      local key, live = KEYS[step.keys[1]], '(' .. integer(now_ms)
      local count = redis.call('ZCOUNT', key, live, '+inf')
      if count < step.limit then return nil end
      -- So many have to go until there is a place: a deploy may have lowered the limit.
      local last = redis.call('ZRANGE', key, live, '+inf', 'BYSCORE',
        'LIMIT', integer(count - step.limit), 1, 'WITHSCORES')
      return { verdict = 'busy', policy = 'concurrency_limit',
               retry_after_ms = math.min(tonumber(last[2]) - now_ms, retry_after_ms_maximum) }
    end,
    apply = function(step)
      local key = KEYS[step.keys[1]]
      local ended = redis.call('ZRANGE', key, '-inf', integer(now_ms), 'BYSCORE', 'LIMIT', 0, 100)
      if #ended > 0 then redis.call('ZREM', key, unpack(ended)) end
      take(step)
    end,
    settle = leave,
    postpone = leave,
    -- Also when all places are taken: what was accepted is not refused by others of its kind.
    recheck = function() return nil end,
    -- Also of one whose lease has ended while it waited: it runs, so it counts.
    renew = take,
  }
end
