-- needs: request
-- Publish broadcast events to whoever listens now.
-- KEYS: event stream; untouched, it takes the call to the tenant's slot.

for _, event in ipairs(request.events) do
  redis.call('PUBLISH', request.channel, event)
end
return reply({ verdict = 'published' })
