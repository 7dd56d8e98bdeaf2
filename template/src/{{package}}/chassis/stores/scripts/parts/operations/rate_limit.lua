-- needs: clock
-- GCRA (generic cell rate algorithm): one theoretical arrival time per subject. A refusal does not
-- move it, so a caller that keeps knocking is not locked out for longer. Keys: arrival time.
operations.rate_limit = function()
  local function take(step)
    local life_ms = math.ceil((step.arrival - now_us) / 1000) + 1
    redis.call('SET', KEYS[step.keys[1]], integer(step.arrival), 'PX', integer(life_ms))
  end

  return {
    check = function(step)
      if step.cost > step.burst then
        return { verdict = 'impossible', policy = 'rate_limit' }
      end
      local arrival = tonumber(redis.call('GET', KEYS[step.keys[1]]) or 0)
      -- No more than a whole burst is owed, also where a slower rate of yesterday's counted it.
      arrival = math.max(math.min(arrival, now_us + step.interval_us * step.burst), now_us)
      local allowed_from = arrival + step.interval_us * (step.cost - step.burst)
      if allowed_from > now_us then
        return { verdict = 'limited', policy = 'rate_limit',
                 retry_after_ms = math.ceil((allowed_from - now_us) / 1000) }
      end
      step.arrival = arrival + step.interval_us * step.cost
      return nil
    end,
    apply = take,
    -- A cached answer is a request like any other.
    answered = take,
  }
end
