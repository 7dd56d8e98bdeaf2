-- needs: clock
-- The last good result of a task. Keys: the result. A step has keep_ms.
operations.last_good = function()
  return {
    check = function() return nil end,
    settle = function(step, ending)
      if ending.state ~= 'succeeded' or ending.degraded then return end
      local key = KEYS[step.keys[1]]
      redis.call('HSET', key, 'result', ending.result)
      redis.call('PEXPIRE', key, integer(step.keep_ms))
    end,
  }
end
