#!lua flags=no-writes
-- Read the named fields of one record, and the large result beside it.
-- KEYS: record, [result]. ARGV: the fields; the last says whether the result lies beside the record.

local found = redis.call('HMGET', KEYS[1], unpack(ARGV))
if KEYS[2] and found[#ARGV] then found[#ARGV] = redis.call('GET', KEYS[2]) end
return found
