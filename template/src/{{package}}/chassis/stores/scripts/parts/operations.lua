-- The policies' operations, each in a file of its own. `check` decides without writing and returns a
-- refusal, or an answer (with `answers`) behind which nothing is checked; `apply` writes when all
-- have admitted; `answered` writes instead when an answer was found; `settle` ends what was begun,
-- `postpone` does so until the execution is tried again, which is then checked (by `recheck`, where
-- there is one) and applied anew; `renew` tells that it still runs.
-- A step names its operation (op) and its keys by position in KEYS. Made on demand, because most
-- executions have no steps.
local operations = {}
