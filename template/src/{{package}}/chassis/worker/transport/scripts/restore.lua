#!lua flags=allow-oom
-- Put unacked messages back into their lists.
-- KEYS: unacked, its index, then the list of each message.
-- ARGV: seconds for which its holder must have been silent (0: whatever the holder does), LPUSH (to
-- the end of the list) or RPUSH (next in line), then tag and message of each.

local unacked, index = KEYS[1], KEYS[2]
local silent_seconds, push = tonumber(ARGV[1]), ARGV[2]
local time = redis.call('TIME')
local latest = tonumber(time[1]) + tonumber(time[2]) / 1000000 - silent_seconds

local restored = 0
for place = 3, #KEYS do
  local tag, message = ARGV[place * 2 - 3], ARGV[place * 2 - 2]
  local score = tonumber(redis.call('ZSCORE', index, tag) or 0)
  local abandoned = silent_seconds == 0 or score <= latest
  -- Acknowledged or restored by another in the meantime: then it is not there any more.
  if abandoned and redis.call('HDEL', unacked, tag) == 1 then
    redis.call('ZREM', index, tag)
    redis.call(push, KEYS[place], message)
    restored = restored + 1
  end
end
return restored
