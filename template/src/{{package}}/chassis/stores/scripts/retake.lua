#!lua flags=allow-oom
-- needs: clock policies
-- Retake: a delivery that follows a postponed one takes again what was given back meanwhile, or is
-- told what refuses it. KEYS: record, then the steps' keys. ARGV: execution, fence, steps as JSON.

local record, execution = KEYS[1], ARGV[1]
local found = redis.call('HMGET', record, 'state', 'fence', 'postponed_by')
if found[1] ~= 'running' or found[2] ~= ARGV[2] then return '{"verdict":"stale"}' end

if found[3] then
  local given_back = {}
  for _, step in ipairs(cjson.decode(ARGV[3])) do
    local operation = operation_of(step, execution)
    if operation.postpone then
      local refusal = (operation.recheck or operation.check)(step)
      if refusal then return cjson.encode(refusal) end
      given_back[#given_back + 1] = step
    end
  end
  for _, step in ipairs(given_back) do
    operation_of(step, execution).apply(step)
  end
  redis.call('HDEL', record, 'postponed_by')
end
return '{"verdict":"admitted"}'
