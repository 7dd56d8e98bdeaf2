#!lua flags=allow-oom
-- An operator's word about a circuit. KEYS: circuit. ARGV: isolated, metrics_only, or '' for none.

if ARGV[1] == '' then
  redis.call('HDEL', KEYS[1], 'override')
  redis.call('PEXPIRE', KEYS[1], 86400000)
else
  redis.call('HSET', KEYS[1], 'override', ARGV[1])
  redis.call('PERSIST', KEYS[1])
end
