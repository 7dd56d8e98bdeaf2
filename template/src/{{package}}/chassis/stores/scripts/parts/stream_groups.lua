-- What the groups of an event stream have not finished; needs the request, for its readers.
local function named(fields)
  local values = {}
  for place = 1, #fields, 2 do values[fields[place]] = fields[place + 1] end
  return values
end

-- The groups of a stream; nil while one of the readers has yet to come: it owes every event.
local function groups_of(stream)
  local found, groups, names = redis.pcall('XINFO', 'GROUPS', stream), {}, {}
  if found.err then return nil end -- no stream yet
  for place, fields in ipairs(found) do
    groups[place] = named(fields)
    names[groups[place].name] = true
  end
  for _, reader in ipairs(request.readers) do
    if not names[reader] then return nil end
  end
  return groups
end

-- How many events the slowest group has not finished: not handed out, or handed out and not done.
local function events_waiting(stream, groups)
  local length, waiting = redis.call('XLEN', stream), 0
  if not groups then return length end
  for _, group in ipairs(groups) do
    -- The server cannot always tell the lag; then every event may be meant.
    waiting = math.max(waiting, group.lag and group.pending + group.lag or length)
  end
  return waiting
end
