-- needs: request
-- Put a dead event back into its stream, for the handlers that gave it up: they may try again from
-- the start. Each is named by a field of its own; with none, the event is for every handler.
-- KEYS: event stream, dead events, then the records of those handlers.

local stream, dead = KEYS[1], KEYS[2]
local found = redis.call('XRANGE', dead, request.letter, request.letter)
if #found == 0 then return reply({ verdict = 'missing' }) end

local fields = {}
for place = 1, #found[1][2], 2 do fields[found[1][2][place]] = found[1][2][place + 1] end
if #fields.envelope < tonumber(fields.bytes) then return reply({ verdict = 'cut' }) end

for place = 3, #KEYS do redis.call('DEL', KEYS[place]) end
local entry = { 'envelope', fields.envelope }
for _, handler in ipairs(request.handlers) do
  entry[#entry + 1] = 'handler'
  entry[#entry + 1] = handler
end
redis.call('XADD', stream, '*', unpack(entry))
redis.call('PUBLISH', request.doorbell, 1)
redis.call('XDEL', dead, request.letter)
return reply({ verdict = 'replayed' })
