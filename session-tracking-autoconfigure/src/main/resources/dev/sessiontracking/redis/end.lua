-- SPDX-License-Identifier: Apache-2.0
-- Removes a session, remembers why, and can keep it from being registered. KEYS[1] session; KEYS[2] its state, unless the
-- user may not use that key; ARGV[1] the reason; ARGV[2] how long it is kept, in milliseconds; ARGV[3] for how long a token
-- may ask for the session, in milliseconds, or 0. ARGV[4] 1 for a session of an identity provider: its state says until when
-- tokens are rejected, as register.lua has it. ARGV[5] when it was revoked, in seconds, or '' for now: one whose user has
-- authenticated later is left alone. For this, the state must know of the revocation: otherwise, earlier tokens would be
-- accepted, too. Clocks may differ by a minute.
-- Returns 1 when the session was there; 2 when it was not, but could have been registered from now on; -1 when it was left
-- alone.
local at = tonumber(ARGV[5] or '')
local function state_now()
    local state = KEYS[2] and redis.pcall('GET', KEYS[2])
    local text = type(state) == 'string' and state or ''
    return state, string.match(text, '^%S*'), string.match(text, '^%S+ (%d+) ?(%d*)$')
end
if at then
    local _, first, known, authenticated = state_now()
    if first == 'registered' and (tonumber(authenticated) or 0) > at and tonumber(known) > at - 60 then
        return -1
    end
end
-- A full memory refuses a script whose first write needs memory; DEL needs none.
local deleted = redis.call('DEL', KEYS[1])
local longest = math.max(tonumber(ARGV[2]), tonumber(ARGV[3]))
local is_new = false
if KEYS[2] and (deleted == 1 or ARGV[3] ~= '0') and longest > 0 then
    local state, first, known, authenticated = state_now()
    local left = redis.pcall('PTTL', KEYS[2])
    -- Without the permission for PTTL, a state that keeps the session from being registered stays as it is.
    if type(left) == 'number' or ARGV[3] ~= '0' or not state then
        -- The first reason counts.
        local has_ended = deleted == 0 and type(state) == 'string' and first ~= 'registered'
        local reason = has_ended and state or ARGV[1]
        if ARGV[4] == '1' or known then
            -- By the clock of the server, and never before the authentication that is known by that of the provider. When
            -- that is unknown, the clock of the provider may be a minute ahead.
            local now = tonumber(redis.call('TIME')[1])
            now = math.min(at or now, now)
            local least = known and math.max(tonumber(known), tonumber(authenticated) or 0) or now + 60
            -- No calendar has a later time than the year 9999.
            reason = (has_ended and first or ARGV[1]) .. ' '
                .. string.format('%.0f', math.min(math.max(now, least), 253402300799))
        end
        longest = math.max(longest, type(left) == 'number' and left or 0)
        redis.call('SET', KEYS[2], reason, 'PX', string.format('%.0f', longest))
        is_new = ARGV[4] == '1' and not state
    end
end
return deleted == 0 and is_new and 2 or deleted
