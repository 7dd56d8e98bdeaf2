-- needs: request append_events stream_groups
-- Publish durable events outside a task: stream and doorbell in one step, or not at all when too
-- many would wait.
-- KEYS: event stream.

local stream, allowed = KEYS[1], request.waiting_maximum - #request.events
-- A stream is never shorter than what waits in it, so its length alone answers most of the time.
if redis.call('XLEN', stream) > allowed then
  local waiting = events_waiting(stream, groups_of(stream))
  if waiting > allowed then return reply({ verdict = 'refused', waiting = waiting }) end
end
append_events(stream, request.events, request.doorbell)
return reply({ verdict = 'published' })
