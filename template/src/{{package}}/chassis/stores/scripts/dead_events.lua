-- needs: request
-- Read dead events, oldest first, or count them.
-- KEYS: dead events.

if request.count == 0 then return redis.call('XLEN', KEYS[1]) end
return redis.call('XRANGE', KEYS[1], request.first, request.last, 'COUNT', request.count)
