-- needs: clock answers
-- Results by what they were computed from. Keys: flight (who computes it now), and the value, unless
-- it is shared between tenants: then it lies in another slot, and what was read there is known_*.
-- A step has ttl_ms, stale_ms, single_flight, and joins (whether it may join a flight).
operations.cache = function(execution)
  -- How long a flight is believed in that nobody hears of; heartbeats renew it.
  local flight_ms = 60000

  local function flight_of(step)
    local found = redis.pcall('GET', KEYS[step.keys[1]])
    return type(found) == 'string' and found or nil
  end

  local function land(step)
    if flight_of(step) == execution then redis.call('DEL', KEYS[step.keys[1]]) end
  end

  local function fly(step)
    redis.call('SET', KEYS[step.keys[1]], execution, 'PX', flight_ms)
  end

  local function answer_of(step)
    if step.keys[2] then return kept_answer(KEYS[step.keys[2]]) end
    if not step.known_result then return nil end
    return { result = step.known_result, execution = step.known_execution,
             stale = step.known_stale == 1 }
  end

  local function fly_where_free(step)
    if (step.single_flight == 1 or step.refresh) and not flight_of(step) then fly(step) end
  end

  return {
    -- Of what is stale, the first submission is answered and computes it anew as well (refresh).
    check = function(step)
      local answer = answer_of(step)
      if answer then
        step.refresh = answer.stale and not flight_of(step)
        return { verdict = 'hit', policy = 'cached', answers = true, result = answer.result,
                 execution = answer.execution, stale = answer.stale,
                 refresh = step.refresh }
      end
      local flight = step.joins == 1 and flight_of(step)
      if not flight then return nil end
      return { verdict = 'joined', policy = 'cached', answers = true, execution = flight }
    end,
    apply = fly_where_free,
    -- What a refresh owes in the end, which is nothing but this: it was no new work to its caller.
    owed = function(step)
      local keys, numbers = {}, {}
      for place, key in ipairs(step.keys) do keys[place] = KEYS[key] end
      for _, name in ipairs({ 'ttl_ms', 'stale_ms', 'single_flight', 'shared' }) do
        numbers[name] = step[name]
      end
      return cjson.encode({ { step.op, keys, numbers } })
    end,
    settle = function(step, ending)
      if ending.state == 'succeeded' and not ending.degraded and step.keys[2] then
        keep_answer(KEYS[step.keys[2]], step.ttl_ms, step.stale_ms, ending.result, execution)
      end
      land(step)
    end,
    postpone = land,
    -- Whatever there is by now: it was accepted to be computed.
    recheck = function() return nil end,
    -- Also where the mark has ended while the execution waited, and nobody else computes it.
    renew = function(step)
      local flight = flight_of(step)
      if flight == execution or not flight and step.single_flight == 1 then fly(step) end
    end,
  }
end
