-- needs: operations operations/idempotency operations/rate_limit operations/concurrency_limit operations/cache operations/gate operations/credits operations/last_good
local made = {}

-- The operation of a step, for one execution per script.
local function operation_of(step, execution)
  if not made[step.op] then made[step.op] = operations[step.op](execution) end
  return made[step.op]
end

-- Call one function of each step's operation, where the operation has it.
local function each_step(steps, name, execution, ...)
  for _, step in ipairs(steps) do
    local act = operation_of(step, execution)[name]
    if act then act(step, ...) end
  end
end
