-- One page of the executions that are past their due time, and how many are open and overdue.
-- KEYS: due.

local now = integer(now_ms)
local page = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, request.count)
return { redis.call('ZCARD', KEYS[1]), redis.call('ZCOUNT', KEYS[1], '-inf', now), page }
