-- needs: request
-- Move one event to the dead events, with the reason: never lost, never tried again by itself.
-- KEYS: event stream, dead events. The entry is copied here, so unreadable bytes stay as they are.

local stream, dead = KEYS[1], KEYS[2]
local pending = redis.call('XPENDING', stream, request.group, request.entry, request.entry, 1)
if #pending == 0 then return reply({ verdict = 'already' }) end

local found = redis.call('XRANGE', stream, request.entry, request.entry)
local fields = found[1] and found[1][2] or {}
local envelope = ''
for place = 1, #fields, 2 do
  if place == 1 or fields[place] == 'envelope' then envelope = fields[place + 1] end
end
-- Written before it is acknowledged: when memory is full the first fails, and nothing is lost.
redis.call('XADD', dead, 'MAXLEN', '~', request.maximum, '*',
  'envelope', string.sub(envelope, 1, request.bytes_maximum), 'bytes', #envelope,
  'reason', request.reason, 'handlers', cjson.encode(request.handlers), 'entry', request.entry,
  'deliveries', pending[1][4])
redis.call('XACK', stream, request.group, request.entry)
return reply({ verdict = 'buried' })
