-- A refusal that the caller's process decided on: an open circuit, too long a queue. No keys. It is
-- asked for here, behind what may still answer, and in front of what would be held.
operations.gate = function()
  return {
    check = function(step)
      return { verdict = step.verdict, policy = step.policy, retry_after_ms = step.retry_after_ms }
    end,
    apply = function() end,
  }
end
