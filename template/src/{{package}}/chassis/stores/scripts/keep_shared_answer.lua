#!lua
-- needs: clock answers
-- Keep a result that all tenants share. KEYS: value. ARGV: ms fresh, ms stale, result, execution.
keep_answer(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], ARGV[4])
return 'kept'
