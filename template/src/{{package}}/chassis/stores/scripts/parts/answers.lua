-- needs: clock
-- Cached results. What is not as it was written here (another type of key, a field gone or of no
-- sense) is no answer, never an error, and the next result takes its place.
local answer_version = '1'

local function kept_answer(key)
  local found = redis.pcall('HMGET', key, 'version', 'fresh_ms', 'result', 'execution')
  local fresh_ms = not found.err and tonumber(found[2])
  if not fresh_ms or found[1] ~= answer_version or not found[3] or not found[4] then return nil end
  return { result = found[3], execution = found[4], stale = fresh_ms <= now_ms }
end

local function keep_answer(key, ttl_ms, stale_ms, result, execution)
  redis.call('DEL', key)
  redis.call('HSET', key, 'version', answer_version, 'fresh_ms', integer(now_ms + ttl_ms),
    'result', result, 'execution', execution)
  redis.call('PEXPIRE', key, integer(ttl_ms + stale_ms))
end
