-- needs: request
-- Remove one dead event for good, or all of them.
-- KEYS: dead events.

if request.letter ~= '' then return redis.call('XDEL', KEYS[1], request.letter) end
local count = redis.call('XLEN', KEYS[1])
redis.call('UNLINK', KEYS[1])
return count
