#!lua flags=no-writes
-- Read one page of an account's entries, the oldest first.
-- KEYS: entries. ARGV: count, the id behind which the page begins ('' for the first page).

local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
return redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[1])
