#!lua flags=no-writes
-- Read what is known of each delivery: when it began, and on which worker.
-- KEYS: record. One delivery more than counted is read: one that was given back does not count.

local found = redis.call('HMGET', KEYS[1], 'state', 'deliveries', 'holder', 'settled_by')
if not found[1] then return {} end

local fields = {}
for number = 1, found[2] + 1 do fields[number] = 'began:' .. number end
local begun_by_itself = found[3] == found[4]
return { found[1], found[2], begun_by_itself and 1 or 0, redis.call('HMGET', KEYS[1], unpack(fields)) }
