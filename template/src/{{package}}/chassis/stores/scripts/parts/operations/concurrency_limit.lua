-- needs: clock
-- At most so many executions of one subject under way. Keys: leases.
operations.concurrency_limit = function(execution)
  return {
    check = function() return nil end,
    apply = function() end,
  }
end
