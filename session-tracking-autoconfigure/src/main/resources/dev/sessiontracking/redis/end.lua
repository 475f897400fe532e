-- SPDX-License-Identifier: Apache-2.0
-- Removes a session and keeps it from being registered. KEYS[1] session; KEYS[2] its state, unless the user may not use
-- that key; ARGV[1] for how long, in milliseconds. Returns 1 when the session was there.
-- A full memory refuses a script whose first write needs memory; DEL needs none.
local deleted = redis.call('DEL', KEYS[1])
if KEYS[2] then
    redis.call('SET', KEYS[2], 'revoked', 'PX', ARGV[1])
end
return deleted
