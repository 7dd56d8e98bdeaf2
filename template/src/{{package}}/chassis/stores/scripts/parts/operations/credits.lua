-- needs: credit_account
-- Credits: held at admission, charged or given back at the end. Keys: as credit_account says.
operations.credits = function(execution)
  return {
    check = function(step)
      local account = credit_account(step.keys)
      local free = free_credits(account, step.overdraft or 0, step.amount)
      step.account = account
      if free >= step.amount then return nil end
      return { verdict = 'insufficient', policy = 'credits', type = step.type,
               needed = step.amount, balance = free, holds = redis.call('HLEN', account.holds) }
    end,
    -- On what `check` has read: nothing else of a script changes an account.
    apply = function(step)
      local account = step.account or credit_account(step.keys)
      expire_holds(account)
      -- One that waits for its time keeps its hold until then, and as long as any other behind it.
      take_hold(account, execution, step.amount,
        step.keep_ms and step.keep_ms + (step.delay_ms or 0))
      keep_account(account)
    end,
    -- A success is charged what it used, or the estimate; a failure its price, unless no
    -- body of it began. Whatever else ends an execution, and a fallback's result, costs nothing.
    settle = function(step, ending)
      local account, wanted, kind = credit_account(step.keys), 0, 'commit'
      if ending.state == 'failed' then
        wanted, kind = not ending.unrun and step.failure_price or 0, 'failure_price'
      elseif ending.state == 'succeeded' and not ending.degraded then
        wanted = ending.used[step.type] or step.amount
      end
      charge_account(account, execution, wanted, step.overdraft or 0, kind)
      keep_account(account)
    end,
    -- To be held again when the execution is tried again.
    postpone = function(step)
      local account = credit_account(step.keys)
      local amount = drop_hold(account, execution)
      if amount then
        give_back(account, amount, execution, 'release')
        keep_account(account)
      end
    end,
    renew = function(step)
      if not step.keep_ms then return end
      redis.call('ZADD', KEYS[step.keys[4]], 'XX', 'GT', integer(now_ms + step.keep_ms), execution)
    end,
  }
end
