#!lua flags=allow-oom
-- Delete dead executions; one that is not dead stays.
-- KEYS: dead executions, then record and result of each. ARGV: their ids. Says how many there were.

local forgotten = 0
for place, execution in ipairs(ARGV) do
  local record, result = KEYS[2 * place], KEYS[2 * place + 1]
  if redis.call('HGET', record, 'state') == 'dead' then
    redis.call('UNLINK', record, result)
    forgotten = forgotten + 1
  end
  redis.call('ZREM', KEYS[1], execution)
end
return forgotten
