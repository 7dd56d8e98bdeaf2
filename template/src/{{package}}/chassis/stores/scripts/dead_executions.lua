#!lua flags=no-writes
-- Read one page of a tenant's dead executions, the longest dead first.
-- KEYS: dead executions. ARGV: count, then the ms and the id behind which the page begins.

local skipped = 0
for _, execution in ipairs(redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[2], 'BYSCORE')) do
  if execution <= ARGV[3] then skipped = skipped + 1 end
end
return redis.call('ZRANGE', KEYS[1], ARGV[2], '+inf', 'BYSCORE', 'LIMIT', skipped, ARGV[1],
  'WITHSCORES')
