#!lua flags=allow-oom
-- needs: clock policies append_events
-- Settlement: the result, what every policy owes, the events, the notice and the acknowledgement of
-- the broker's message, at once or not at all.
-- KEYS: record, due, [unacked, unacked index], then those that `owed` names by their place.
-- ARGV: execution, fence, token, state, result and error ('' where there is none), ms until the
-- record expires, notice channel, delivery tag ('' without one), and as JSON what else is owed ('').
-- Only the delivery that holds the fence settles; the token recognises a resend.

local record, due = KEYS[1], KEYS[2]
local execution, fence, token, state = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local result, failure, retention_ms, tag = ARGV[5], ARGV[6], ARGV[7], ARGV[9]

-- Whatever the verdict is: this message has no more to say.
if tag ~= '' then
  redis.call('HDEL', KEYS[3], tag)
  redis.call('ZREM', KEYS[4], tag)
end

local found = redis.call('HMGET', record, 'state', 'fence', 'settled_by')
if not found[1] then return 'missing' end
if found[1] ~= 'queued' and found[1] ~= 'running' then
  return found[3] == token and 'already' or 'stale'
end
if found[2] ~= fence then return 'stale' end

local settled_ms = integer(now_ms)
local fields = { 'state', state, 'settled_ms', settled_ms, 'settled_by', token }
local kept = result
if ARGV[10] ~= '' then
  local owed = cjson.decode(ARGV[10])
  if owed.steps then
    -- `degraded`: a fallback made the result; `final`: it counts all the same. `permanent`: the failure would be the same again.
    each_step(owed.steps, 'settle', execution, {
      state = state, result = result, failure = failure, used = owed.used or {},
      degraded = owed.degraded, final = owed.final, permanent = owed.permanent,
      unrun = owed.unrun })
  end
  if owed.degraded then
    fields[#fields + 1] = 'degraded'
    fields[#fields + 1] = 1
  end
  if owed.events then append_events(KEYS[owed.stream], owed.events, owed.doorbell) end
  if owed.beside then
    -- A large result would slow down every other read of the record.
    redis.call('SET', KEYS[owed.beside], result, 'PX', retention_ms)
    kept = ''
    fields[#fields + 1] = 'result_beside'
    fields[#fields + 1] = #result
  end
  if owed.dead then
    local dead = KEYS[owed.dead]
    redis.call('ZADD', dead, settled_ms, execution)
    redis.call('ZREMRANGEBYSCORE', dead, '-inf', integer(now_ms - tonumber(retention_ms)))
    redis.call('PEXPIRE', dead, retention_ms)
  end
end
if kept ~= '' then
  fields[#fields + 1] = 'result'
  fields[#fields + 1] = kept
end
if failure ~= '' then
  fields[#fields + 1] = 'error'
  fields[#fields + 1] = failure
end

redis.call('HSET', record, unpack(fields))
-- A success needs its arguments no more, nor the error of an earlier try; any other end keeps them,
-- so that it can be looked into.
if state == 'succeeded' then redis.call('HDEL', record, 'args', 'error') end
redis.call('PEXPIRE', record, retention_ms)
redis.call('ZREM', due, execution)
redis.call('PUBLISH', ARGV[8], state)
return 'settled'
