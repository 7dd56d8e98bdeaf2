#!lua flags=allow-oom
-- Take acknowledgements and hand out the next messages. Each is booked as unacked before it leaves
-- its list, so a worker that dies at any moment loses nothing; what cannot be booked is buried.
-- KEYS: unacked, its index, dead messages, then the lists, most urgent first.
-- ARGV: how many to hand out, the largest in bytes, most letters, bytes kept of one, the number of
-- queues, their names (the lists repeat them in this order), then the tags that are acknowledged.
-- Reply: "<1 when more waits, else 0> <place of each message's list>...", then the messages.

local unacked, index, dead = KEYS[1], KEYS[2], KEYS[3]
local wanted, bytes_maximum, queues = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[5])
local FIRST_LIST, LAST_OPTION, BURIED_MAXIMUM = 4, 5, 100

if #ARGV > LAST_OPTION + queues then
  redis.call('HDEL', unacked, unpack(ARGV, LAST_OPTION + queues + 1))
  redis.call('ZREM', index, unpack(ARGV, LAST_OPTION + queues + 1))
end

local time = redis.call('TIME')
local now = string.format('%d.%06d', time[1], time[2])

-- The tag under which a message is booked, or nothing and the reason.
local function read(message)
  if #message > bytes_maximum then
    return nil, 'it is larger than ' .. ARGV[2] .. ' bytes', ''
  end
  local readable, found = pcall(cjson.decode, message)
  if not readable or type(found) ~= 'table' then return nil, 'it is no JSON object', '' end
  local task = type(found.headers) == 'table' and found.headers.task
  local tag = type(found.properties) == 'table' and found.properties.delivery_tag
  if type(tag) ~= 'string' or #tag > 255 or not string.find(tag, '^[%w._:%-]+$') then
    return nil, 'it has no delivery tag', type(task) == 'string' and task or ''
  end
  return tag
end

local messages, places, buried = {}, {}, 0
for place = FIRST_LIST, #KEYS do
  local queue = ARGV[LAST_OPTION + 1 + (place - FIRST_LIST) % queues]
  while #messages < wanted and buried < BURIED_MAXIMUM do
    local message = redis.call('LINDEX', KEYS[place], -1)
    if not message then break end
    local tag, reason, task = read(message)
    if tag then
      -- As kombu writes it, by the queue: whoever restores it finds the way back without bindings.
      redis.call('HSET', unacked, tag, '[' .. message .. ', "", ' .. cjson.encode(queue) .. ']')
      redis.call('ZADD', index, now, tag)
      messages[#messages + 1] = message
      places[#places + 1] = place - FIRST_LIST
    else
      redis.call('XADD', dead, 'MAXLEN', '~', ARGV[3], '*', 'message',
        string.sub(message, 1, tonumber(ARGV[4])), 'bytes', #message, 'reason', reason,
        'queue', queue, 'task', task)
      buried = buried + 1
    end
    redis.call('RPOP', KEYS[place])
  end
end

-- Every list is asked, also after one that has more: the connection tracks what it has read, and is
-- told of the next push to any of them.
local waiting = 0
for place = FIRST_LIST, #KEYS do
  if redis.call('LLEN', KEYS[place]) > 0 then waiting = 1 end
end
return { waiting .. ' ' .. table.concat(places, ' '), unpack(messages) }
