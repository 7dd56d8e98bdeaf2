#!lua flags=allow-oom
-- Say that the holder of these messages lives. What was settled or restored stays away.
-- KEYS: index of unacked. ARGV: tags.

local time = redis.call('TIME')
local now = string.format('%d.%06d', time[1], time[2])
local pairs_ = {}
for place, tag in ipairs(ARGV) do
  pairs_[place * 2 - 1] = now
  pairs_[place * 2] = tag
end
return redis.call('ZADD', KEYS[1], 'XX', unpack(pairs_))
