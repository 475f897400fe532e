-- SPDX-License-Identifier: Apache-2.0
-- Writes a session, stamped by the server's clock, unless it exists or has ended before.
-- KEYS[1] session; KEYS[2] its state, unless the user may not use that key. ARGV[1] the session as a JSON object without
-- its times; ARGV[2] lifetime in milliseconds; ARGV[3] when it began, or '' for now; ARGV[4] how long the state says that
-- it was registered, or '' for a session whose id nobody registers twice; ARGV[5] how long it lives at most since it began,
-- in milliseconds, or ''.
-- Returns the server's time when written, 0 when the id is taken, -1 when the session was registered and has ended, or would
-- have ended by now.
local function iso(ms)
    local days = math.floor(ms / 86400000)
    local rest = ms - days * 86400000
    -- The proleptic Gregorian calendar, in eras of 400 years that begin in March.
    local z = days + 719468
    local era = math.floor(z / 146097)
    local doe = z - era * 146097
    local yoe = math.floor(
        (doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
    local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
    local mp = math.floor((5 * doy + 2) / 153)
    local month = mp < 10 and mp + 3 or mp - 9
    local text = string.format('%04d-%02d-%02dT%02d:%02d:%02d',
        yoe + era * 400 + (month <= 2 and 1 or 0), month, doy - math.floor((153 * mp + 2) / 5) + 1,
        math.floor(rest / 3600000), math.floor(rest / 60000) % 60, math.floor(rest / 1000) % 60)
    -- As Instant.toString() writes it.
    return text .. (rest % 1000 == 0 and 'Z' or string.format('.%03dZ', rest % 1000))
end

-- A session that the first attempt of the same call has written begins in the same way, and is written again.
local beginning = string.sub(ARGV[1], 1, -2)
local is_own = false
-- A key of another type answers with an error, and is taken.
if redis.pcall('STRLEN', KEYS[1]) ~= 0 then
    local known = redis.pcall('GET', KEYS[1])
    is_own = type(known) == 'string' and string.sub(known, 1, #beginning) == beginning
    if not is_own then
        return 0
    end
elseif KEYS[2] then
    -- Whatever the state is, there is one: the session was registered.
    local state = redis.pcall('GET', KEYS[2])
    if type(state) == 'table' and not string.find(state.err, 'WRONGTYPE', 1, true) then
        return state
    end
    if state then
        return -1
    end
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local began, lifetime, longest = tonumber(ARGV[3]) or now, tonumber(ARGV[2]), tonumber(ARGV[5])
if longest then
    lifetime = math.min(lifetime, began + longest - now)
    if lifetime <= 0 then
        return -1
    end
end
local value = beginning .. ',"createdAt":"' .. iso(began) .. '","expiresAt":"' .. iso(now + lifetime)
    .. (longest and '","maxExpiresAt":"' .. iso(began + longest) or '') .. '"}'
if not redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', lifetime), is_own and 'XX' or 'NX') then
    return 0
end
if KEYS[2] and ARGV[4] ~= '' then
    redis.call('SET', KEYS[2], 'registered', 'PX', ARGV[4])
end
return now
