#!lua flags=allow-oom
-- One page of messages whose holder has been silent for too long, the oldest first.
-- KEYS: unacked, its index. ARGV: seconds of silence, length of the page.
-- Reply: tag and booked value of each.

local unacked, index = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local latest = tonumber(time[1]) + tonumber(time[2]) / 1000000 - tonumber(ARGV[1])

local found = {}
local tags = redis.call('ZRANGE', index, '-inf', string.format('%.6f', latest), 'BYSCORE',
  'LIMIT', 0, ARGV[2])
for _, tag in ipairs(tags) do
  local value = redis.call('HGET', unacked, tag)
  if value then
    found[#found + 1] = tag
    found[#found + 1] = value
  else
    redis.call('ZREM', index, tag)
  end
end
return found
