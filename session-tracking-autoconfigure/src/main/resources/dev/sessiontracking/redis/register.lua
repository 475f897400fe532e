-- SPDX-License-Identifier: Apache-2.0
-- Writes a session, stamped by the server's clock, unless it exists or has ended before.
-- KEYS[1] session; KEYS[2] its state, unless the user may not use that key. ARGV[1] the session as a JSON object without
-- its times; ARGV[2] lifetime in milliseconds; ARGV[3] when it began, or '' for now; ARGV[4] how long the state says that
-- it was registered, or '' for a session whose id nobody registers twice; ARGV[5] how long it lives at most since it began,
-- in milliseconds, or ''.
-- For the use of an identity provider's session also: ARGV[6] when the user of the token has authenticated, in seconds, or 0;
-- ARGV[7] 1 to write no session. The state of such a session is 'registered <until> <authenticated>' while it is there, and
-- '<reason> <until>' when it has ended: tokens are rejected whose user has authenticated until then, in seconds.
-- Returns the server's time when written, 0 when the id is taken, -1 when the session was registered and has ended, or would
-- have ended by now. For an identity provider's session, -<until> when it has ended for this token, -1 for every token, and
-- -2 when there is no session and none was to be written.
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
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local authenticated, ended_until = tonumber(ARGV[6] or ''), 0
local state
-- Who writes a later time than any calendar has does not get an overflow.
local function seconds(text)
    return text and math.min(tonumber(text) or 0, 253402300799)
end
if authenticated and not KEYS[2] then
    return redis.error_reply('NOPERM this user has no permissions to access the states of sessions')
end
if KEYS[2] then
    state = redis.pcall('GET', KEYS[2])
    if type(state) == 'table' and not string.find(state.err, 'WRONGTYPE', 1, true) then
        return state
    end
end

-- Why an identity provider's session that is not there must not begin, or nothing.
local function refused()
    local first, known, authenticated_then = string.match(type(state) == 'table' and '' or state, '^(%S+) (%d+) ?(%d*)$')
    ended_until = seconds(known)
    if first == 'registered' then
        -- Another writer has removed it.
        ended_until = math.max(ended_until, seconds(authenticated_then), tonumber(time[1]))
        state = 'revoked ' .. string.format('%.0f', ended_until)
    elseif ended_until and authenticated > ended_until then
        return nil
    end
    -- The provider still issues tokens of it.
    local left = redis.pcall('PTTL', KEYS[2])
    if type(state) == 'string' and (first == 'registered' or type(left) ~= 'number' or left < tonumber(ARGV[2])) then
        -- A full memory refuses it. The answer is the same.
        redis.pcall('SET', KEYS[2], state, 'PX', string.format('%.0f', math.max(type(left) == 'number' and left or 0, ARGV[2])))
    end
    return ended_until and -ended_until or -1
end

if redis.pcall('STRLEN', KEYS[1]) ~= 0 then
    local known = redis.pcall('GET', KEYS[1])
    is_own = type(known) == 'string' and string.sub(known, 1, #beginning) == beginning
    ended_until = authenticated and seconds(string.match(type(state) == 'string' and state or '', '^registered (%d+)')) or 0
    if authenticated and type(known) ~= 'string' then
        -- A key of another type is no session.
        return -1
    end
    if not is_own then
        return ended_until > 0 and authenticated <= ended_until and -ended_until or 0
    end
elseif state then
    -- Whatever the state is, there is one: the session was registered.
    local answer = -1
    if authenticated then
        answer = refused()
    end
    if answer then
        return answer
    end
end
if ARGV[7] == '1' then
    return -2
end
local began, lifetime, longest = tonumber(ARGV[3]) or now, tonumber(ARGV[2]), tonumber(ARGV[5])
if longest then
    lifetime = math.min(lifetime, began + longest - now)
    if lifetime <= 0 then
        return -1
    end
end
local value = beginning .. ',"createdAt":"' .. iso(began) .. '","expiresAt":"' .. iso(now + lifetime)
    .. (longest and '","maxExpiresAt":"' .. iso(began + longest) or '') .. '"'
    .. (authenticated and ',"lastUsedAt":"' .. iso(now) .. '"' or '')
    .. (ended_until > 0 and ',"endedUntil":' .. string.format('%.0f', ended_until) or '') .. '}'
if not redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', lifetime), is_own and 'XX' or 'NX') then
    -- An empty value is no session.
    return authenticated and -1 or 0
end
if KEYS[2] and authenticated then
    redis.call('SET', KEYS[2], string.format('registered %.0f %.0f', ended_until, authenticated), 'PX',
        string.format('%.0f', lifetime))
elseif KEYS[2] and ARGV[4] ~= '' then
    redis.call('SET', KEYS[2], 'registered', 'PX', ARGV[4])
end
return now
