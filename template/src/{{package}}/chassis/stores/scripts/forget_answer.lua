#!lua flags=allow-oom
-- Forget a cached result that cannot be read, and the claims that were given it.
-- KEYS: hashes with a result. ARGV: the result. Whatever holds another one by now stays.
local forgotten = 0
for _, key in ipairs(KEYS) do
  if redis.pcall('HGET', key, 'result') == ARGV[1] then
    forgotten = forgotten + redis.call('DEL', key)
  end
end
return forgotten
