#!lua flags=no-writes
-- The last slot of each scheduled task, as task and start in turn.
-- KEYS: schedule.

return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
