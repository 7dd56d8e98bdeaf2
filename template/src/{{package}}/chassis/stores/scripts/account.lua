-- needs: request
-- Read one credit account.
-- KEYS: account.

local found = redis.call('HMGET', KEYS[1], 'granted', 'balance', 'held', 'spent', 'uncharged')
return reply({ granted = tonumber(found[1] or 0), balance = tonumber(found[2] or 0),
               held = tonumber(found[3] or 0), spent = tonumber(found[4] or 0),
               uncharged = tonumber(found[5] or 0) })
