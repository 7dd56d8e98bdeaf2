-- needs: request
-- API keys: create, find, revoke and list records.
-- KEYS: the hash of records by key id.

local keys = KEYS[1]

if request.op == 'create' then return redis.call('HSETNX', keys, request.id, request.record) end
if request.op == 'find' then return redis.call('HGET', keys, request.id) end
if request.op == 'revoke' then return redis.call('HDEL', keys, request.id) end
return redis.call('HVALS', keys)
