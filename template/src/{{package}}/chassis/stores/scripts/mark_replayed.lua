#!lua flags=allow-oom
-- Write down as what a dead execution was submitted again, and take it off the list.
-- KEYS: record, dead executions. ARGV: the dead one's id, the new one's. The first mark stays.

if redis.call('HGET', KEYS[1], 'state') ~= 'dead' then return false end
redis.call('HSETNX', KEYS[1], 'replayed_as', ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HGET', KEYS[1], 'replayed_as')
