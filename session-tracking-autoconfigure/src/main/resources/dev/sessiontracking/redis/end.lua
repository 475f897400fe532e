-- Removes a session, remembers why, and can keep it from being registered. KEYS[1] session; KEYS[2] its state, unless the
-- user may not use that key; ARGV[1] the reason; ARGV[2] how long it is kept, in milliseconds; ARGV[3] for how long a token
-- may ask for the session, in milliseconds, or 0. Returns 1 when the session was there.
-- A full memory refuses a script whose first write needs memory; DEL needs none.
local deleted = redis.call('DEL', KEYS[1])
local longest = math.max(tonumber(ARGV[2]), tonumber(ARGV[3]))
if KEYS[2] and (deleted == 1 or ARGV[3] ~= '0') and longest > 0 then
    local state = redis.pcall('GET', KEYS[2])
    local left = redis.pcall('PTTL', KEYS[2])
    -- Without the permission for PTTL, a state that keeps the session from being registered stays as it is.
    if type(left) == 'number' or ARGV[3] ~= '0' or not state then
        -- The first reason counts.
        local is_reason = type(state) == 'string' and string.match(state, '^%S*') ~= 'registered'
        local reason = deleted == 0 and is_reason and state or ARGV[1]
        longest = math.max(longest, type(left) == 'number' and left or 0)
        redis.call('SET', KEYS[2], reason, 'PX', string.format('%.0f', longest))
    end
end
return deleted
