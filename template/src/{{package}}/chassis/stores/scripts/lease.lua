#!lua flags=allow-oom
-- needs: clock
-- Lease: taken where it is free, renewed by its holder, told to anybody else.
-- KEYS: lease. ARGV: holder, ms of the lease (0 gives it up). Sent again, it does the same.
-- Says whether the caller holds it, under which fence, and for how many ms.

local holder, lease_ms = ARGV[1], tonumber(ARGV[2])
local found = redis.call('HMGET', KEYS[1], 'holder', 'fence', 'until_ms')
local fence, left_ms = tonumber(found[2] or 0), tonumber(found[3] or 0) - now_ms
if found[1] ~= holder then
  if left_ms > 0 or lease_ms == 0 then return { 0, fence, math.max(left_ms, 0) } end
  -- From the clock, so that a server that lost its data hands out no fence twice.
  fence = math.max(fence + 1, now_us)
end
redis.call('HSET', KEYS[1], 'holder', holder, 'fence', integer(fence),
  'until_ms', integer(now_ms + lease_ms))
return { lease_ms > 0 and 1 or 0, fence, lease_ms }
