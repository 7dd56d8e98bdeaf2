-- One "now" for the whole script: the server freezes its clock while a script runs.
local time = redis.call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now_ms = math.floor(now_us / 1000)

-- A number given to a command as it is may be written as 1.7e+12, and tostring() keeps 14 digits.
local function integer(number)
  return string.format('%.0f', number)
end
