-- ARGV[1] is the request as JSON. Numbers in it stay below 2^53, so JSON keeps them exact.
local request = cjson.decode(ARGV[1])

local function reply(fields)
  return cjson.encode(fields)
end
