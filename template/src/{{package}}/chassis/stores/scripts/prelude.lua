-- Shared by every script: the request, server time, the operations of the policies, and event streams.
-- ARGV[1] is the request as JSON. Numbers in it stay below 2^53, so JSON keeps them exact.

local request = cjson.decode(ARGV[1])

-- One "now" for the whole script: the server freezes its clock while a script runs.
local time = redis.call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now_ms = math.floor(now_us / 1000)

-- tostring() keeps 14 digits and would corrupt a microsecond clock.
local function integer(number)
  return string.format('%.0f', number)
end

local function reply(fields)
  return cjson.encode(fields)
end

local terminal = { succeeded = true, failed = true, unknown = true, cancelled = true, dead = true }

-- The policies' operations: check decides without writing, apply writes, settle ends.
-- A step names its operation (op) and its keys by position in KEYS.
local operations = {}

operations.idempotency = {
  check = function(step)
    local claim = redis.call('HMGET', KEYS[step.keys[1]], 'fingerprint', 'execution', 'state', 'result')
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
      'execution', request.execution, 'state', 'running')
  end,
  -- A success is kept and replayed; after a failure the key is free for another go.
  settle = function(step, result)
    local key = KEYS[step.keys[1]]
    if redis.call('HGET', key, 'execution') ~= request.execution then return end
    if request.state == 'succeeded' then
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

-- Credits: granted = balance + held + spent, after every script. Keys: account, holds, entries.
local function credit_entry(step, kind, amount, execution)
  local account = redis.call('HMGET', KEYS[step.keys[1]], 'balance', 'held', 'spent')
  redis.call('XADD', KEYS[step.keys[3]], 'MAXLEN', '~', 1000000, '*', 'kind', kind,
    'amount', integer(amount), 'execution', execution, 'balance', account[1] or '0',
    'held', account[2] or '0', 'spent', account[3] or '0')
end

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
    redis.call('HSET', KEYS[step.keys[2]], request.execution, integer(step.amount))
    credit_entry(step, 'hold', step.amount, request.execution)
  end,
  -- A success is charged what it used, or the estimate; more than was held is charged as far as
  -- the balance goes. Anything else gives the whole hold back.
  settle = function(step)
    local held = tonumber(redis.call('HGET', KEYS[step.keys[2]], request.execution))
    if not held then return end
    local charge = 0
    if request.state == 'succeeded' then
      local balance = tonumber(redis.call('HGET', KEYS[step.keys[1]], 'balance') or 0)
      local used = request.used and request.used[step.type] or held
      charge = math.min(used, held + math.max(balance, 0))
    end
    redis.call('HDEL', KEYS[step.keys[2]], request.execution)
    redis.call('HINCRBY', KEYS[step.keys[1]], 'held', integer(-held))
    redis.call('HINCRBY', KEYS[step.keys[1]], 'balance', integer(held - charge))
    redis.call('HINCRBY', KEYS[step.keys[1]], 'spent', integer(charge))
    if charge > 0 then credit_entry(step, 'commit', charge, request.execution) end
    if charge < held then credit_entry(step, 'release', held - charge, request.execution) end
  end,
}

-- Append durable events to the tenant's stream and ring its doorbell once.
-- Nothing is cut off here: only what every reader has finished may go (tidy_events).
local function append_events(stream, events, doorbell)
  for _, event in ipairs(events) do
    redis.call('XADD', stream, '*', 'envelope', event)
  end
  if #events > 0 then redis.call('PUBLISH', doorbell, integer(#events)) end
end

local function named(fields)
  local values = {}
  for place = 1, #fields, 2 do values[fields[place]] = fields[place + 1] end
  return values
end

-- The groups of a stream; nil while one of the readers has yet to come: it owes every event.
local function groups_of(stream)
  local found, groups, names = redis.pcall('XINFO', 'GROUPS', stream), {}, {}
  if found.err then return nil end -- no stream yet
  for place, fields in ipairs(found) do
    groups[place] = named(fields)
    names[groups[place].name] = true
  end
  for _, reader in ipairs(request.readers) do
    if not names[reader] then return nil end
  end
  return groups
end

-- How many events the slowest group has not finished: not handed out, or handed out and not done.
local function events_waiting(stream, groups)
  local length, waiting = redis.call('XLEN', stream), 0
  if not groups then return length end
  for _, group in ipairs(groups) do
    -- The server cannot always tell the lag; then every event may be meant.
    waiting = math.max(waiting, group.lag and group.pending + group.lag or length)
  end
  return waiting
end
