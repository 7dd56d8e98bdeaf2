#!lua flags=allow-oom
-- needs: clock
-- News of one circuit. KEYS: circuit. ARGV: process ('' says nothing), ms its circuit stays open (0:
-- closed), ms that this report counts. Says how many processes report, how many of them keep the
-- circuit open, the ms until the first of these tries again, and an operator's word ('' for none).

local circuit, process = KEYS[1], ARGV[1]
local open_ms, life_ms = tonumber(ARGV[2]), tonumber(ARGV[3])
if process ~= '' then
  redis.call('HSET', circuit, 'by:' .. process,
    integer(now_ms + life_ms) .. ' ' .. integer(open_ms > 0 and now_ms + open_ms or 0))
  redis.call('PEXPIRE', circuit, 86400000)
end

local reporters, open, first_ms, override = 0, 0, 0, ''
local found = redis.call('HGETALL', circuit)
for place = 1, #found, 2 do
  local name, value = found[place], found[place + 1]
  if name == 'override' then
    override = value
  else
    local until_ms, open_until_ms = string.match(value, '^(%d+) (%d+)$')
    if tonumber(until_ms or 0) <= now_ms then
      redis.call('HDEL', circuit, name)
    else
      reporters = reporters + 1
      local left_ms = tonumber(open_until_ms) - now_ms
      if left_ms > 0 then
        open = open + 1
        first_ms = open == 1 and left_ms or math.min(first_ms, left_ms)
      end
    end
  end
end
if override ~= '' then redis.call('PERSIST', circuit) end
return { reporters, open, first_ms, override }
