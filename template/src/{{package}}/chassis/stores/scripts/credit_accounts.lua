#!lua flags=no-writes
-- Read one page of the tenant's accounts.
-- KEYS: accounts. ARGV: cursor, count.

return redis.call('SSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
