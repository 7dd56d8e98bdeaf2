-- needs: request stream_groups
-- Forget consumers that are long gone and hold nothing (each process brings a new name), remove the
-- events that every group has finished, and count the events that are dead and those that wait.
-- KEYS: event stream, dead events.

local stream, dead = KEYS[1], KEYS[2]
local LAST_ID = '18446744073709551615-18446744073709551615'

local function forget_consumers(reader)
  local consumers = redis.pcall('XINFO', 'CONSUMERS', stream, reader)
  if consumers.err then return end -- no stream or no group yet
  for _, fields in ipairs(consumers) do
    local consumer = named(fields)
    if consumer.pending == 0 and consumer.idle > request.idle_ms then
      redis.call('XGROUP', 'DELCONSUMER', stream, reader, consumer.name)
    end
  end
end

-- As text, digit by digit: the numbers have 64 bits, and Lua's have 53.
local function is_before(one, other)
  local milliseconds, sequence = string.match(one, '(%d+)-(%d+)')
  local other_milliseconds, other_sequence = string.match(other, '(%d+)-(%d+)')
  if milliseconds == other_milliseconds then
    milliseconds, other_milliseconds = sequence, other_sequence
  end
  if #milliseconds ~= #other_milliseconds then return #milliseconds < #other_milliseconds end
  return milliseconds < other_milliseconds
end

-- The oldest event that some group still owes: handed out and not finished, or not handed out.
local function oldest_owed(groups)
  local oldest = LAST_ID
  for _, group in ipairs(groups) do
    local taken = redis.call('XPENDING', stream, group.name, '-', '+', 1)
    local new = redis.call('XRANGE', stream, '(' .. group['last-delivered-id'], '+', 'COUNT', 1)
    for _, found in ipairs({ taken[1] or false, new[1] or false }) do
      if found and is_before(found[1], oldest) then oldest = found[1] end
    end
  end
  return oldest
end

-- Whole blocks of the stream first, up to a limit. Once there is none, what is left of the last
-- one is little; removing it too makes the length true.
local function remove_before(oldest)
  local removed = redis.call('XTRIM', stream, 'MINID', '~', oldest, 'LIMIT', request.page)
  if removed > 0 then return removed end
  return redis.call('XTRIM', stream, 'MINID', oldest)
end

for _, reader in ipairs(request.readers) do forget_consumers(reader) end
local groups = groups_of(stream)
local removed = groups and remove_before(oldest_owed(groups)) or 0
return { redis.call('XLEN', dead), events_waiting(stream, groups), removed }
