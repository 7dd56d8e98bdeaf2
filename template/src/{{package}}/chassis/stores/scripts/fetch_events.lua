-- needs: request clock
-- Hand events to one consumer: new ones, or (with a cursor) those that somebody took and left.
-- KEYS: event stream. Each entry comes back as id, size, envelope, and the handlers it is for when
-- not for all; the envelope of one that is too large is left out, and the size of one without an
-- envelope is -1.

local stream, group = KEYS[1], request.group

local function fetch()
  if request.cursor then
    return redis.pcall('XAUTOCLAIM', stream, group, request.consumer, integer(request.idle_ms),
      request.cursor, 'COUNT', request.count)
  end
  return redis.pcall('XREADGROUP', 'GROUP', group, request.consumer, 'COUNT', request.count,
    'STREAMS', stream, '>')
end

local found = fetch()
if found and found.err and string.find(found.err, 'NOGROUP') then
  -- From the beginning: what was published before the first reader came still counts.
  redis.call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
  found = fetch()
end
if found and found.err then return found end

local cursor, entries, trimmed = '0-0', {}, 0
if request.cursor then
  cursor, entries, trimmed = found[1], found[2], #found[3]
elseif found then
  entries = found[1][2]
end

local function opened(fields)
  local envelope, handlers = nil, {}
  for place = 1, #fields, 2 do
    if fields[place] == 'envelope' then envelope = envelope or fields[place + 1] end
    if fields[place] == 'handler' then handlers[#handlers + 1] = fields[place + 1] end
  end
  return envelope, handlers
end

local handed = {}
for _, entry in ipairs(entries) do
  local envelope, handlers = opened(entry[2])
  local size = envelope and #envelope or -1
  if size > request.bytes_maximum then envelope = '' end
  handed[#handed + 1] = { entry[1], size, envelope or '', handlers }
end
return { cursor, trimmed, handed }
