-- needs: request
-- Make a tenant known to the poller.
-- KEYS: tenants.

redis.call('SADD', KEYS[1], request.tenant)
return reply({ verdict = 'registered' })
