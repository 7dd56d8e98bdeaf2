#!lua
-- needs: clock answers
-- Read a cached result that all tenants share. KEYS: value. Empty where there is none.
local found = kept_answer(KEYS[1])
return found and cjson.encode(found) or ''
