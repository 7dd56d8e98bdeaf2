#!lua flags=allow-oom
-- needs: clock
-- Slots submitted: kept as the last of their tasks, if the caller still leads.
-- KEYS: lease, schedule. ARGV: fence, seconds until a task is forgotten, then start and task in turn.
-- Says 1 when they are kept, 0 when another leads.

if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('ZADD', KEYS[2], 'GT', unpack(ARGV, 3))
-- Tasks that are gone do not stay for ever.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', integer(now_ms / 1000 - ARGV[2]))
return 1
