-- Append durable events to the tenant's stream and ring its doorbell once.
-- Nothing is cut off here: only what every reader has finished may go (tidy_events).
local function append_events(stream, events, doorbell)
  for _, event in ipairs(events) do
    redis.call('XADD', stream, '*', 'envelope', event)
  end
  if #events > 0 then redis.call('PUBLISH', doorbell, #events) end
end
