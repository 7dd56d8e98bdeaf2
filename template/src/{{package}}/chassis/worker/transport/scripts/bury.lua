#!lua flags=allow-oom
-- Move a booked message to the dead messages, with the reason.
-- KEYS: unacked, its index, dead messages.
-- ARGV: tag (empty: the message's own), message, reason, queue, task, most letters, bytes kept.

local tag, message = ARGV[1], ARGV[2]
if tag == '' then tag = cjson.decode(message).properties.delivery_tag end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[6], '*', 'message',
  string.sub(message, 1, tonumber(ARGV[7])), 'bytes', #message, 'reason', ARGV[3],
  'queue', ARGV[4], 'task', ARGV[5])
redis.call('ZREM', KEYS[2], tag)
return redis.call('HDEL', KEYS[1], tag)
