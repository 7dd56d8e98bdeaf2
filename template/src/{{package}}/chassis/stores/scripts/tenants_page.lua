-- needs: request
-- Read one page of the tenants.
-- KEYS: tenants.

return redis.call('SSCAN', KEYS[1], request.cursor, 'COUNT', request.count)
