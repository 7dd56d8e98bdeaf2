#!lua flags=no-writes
-- needs: clock
-- One page of the executions that are past their due time, how many are open, overdue and dead, and
-- in how many ms the next one is due (-1 when there is none).
-- KEYS: due, dead executions. ARGV: count, ms for which dead ones are kept.

local now = integer(now_ms)
local page = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
local next = redis.call('ZRANGE', KEYS[1], '(' .. now, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
local dead = redis.call('ZCOUNT', KEYS[2], integer(now_ms - tonumber(ARGV[2])), '+inf')
return { redis.call('ZCARD', KEYS[1]), redis.call('ZCOUNT', KEYS[1], '-inf', now), dead, page,
         next[2] and tonumber(next[2]) - now_ms or -1 }
