-- Forget an account's entries up to one that billing has taken over. Says how many they were.
-- KEYS: entries. ARGV: the first id that stays.

return redis.call('XTRIM', KEYS[1], 'MINID', '=', ARGV[1])
