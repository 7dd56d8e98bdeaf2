-- Read the named fields of one record.
-- KEYS: record. ARGV from 2: the fields.

return redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
