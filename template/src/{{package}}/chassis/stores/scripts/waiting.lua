-- How many messages wait in the lists of one queue. KEYS: its list of each priority.
local waiting = 0
for _, key in ipairs(KEYS) do waiting = waiting + redis.call('LLEN', key) end
return waiting
