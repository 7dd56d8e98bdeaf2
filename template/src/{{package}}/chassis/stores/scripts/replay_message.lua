-- Push a dead message back into the list of its queue, where the oldest are at the right.
-- KEYS: dead messages, list. ARGV: id. Bytes go from one to the other without leaving the server.

local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if #found == 0 then return 'missing' end

local fields = {}
for place = 1, #found[1][2], 2 do fields[found[1][2][place]] = found[1][2][place + 1] end
if #fields.message < tonumber(fields.bytes) then return 'cut' end

redis.call('LPUSH', KEYS[2], fields.message)
redis.call('XDEL', KEYS[1], ARGV[1])
return 'replayed'
