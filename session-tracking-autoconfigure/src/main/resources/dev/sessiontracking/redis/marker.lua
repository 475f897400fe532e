-- SPDX-License-Identifier: Apache-2.0
-- Raises a user's not-before marker. KEYS[1] index of the user; KEYS[2] the user's state, unless the user of the server may
-- not use that key: then there are no markers. ARGV[1] the time in milliseconds, or '' for now; never later
-- than the server's time. ARGV[2] lifetime in milliseconds. ARGV[3] the id of a session to spare, or ''.
-- ARGV[4] 1 to write nothing when it was cleared, or when there is one and the time is later than the server's.
-- The value is '<time>', or '<time> <spared id> <time that holds for the spared session>'; 0 when it was cleared. Whatever
-- else the key holds is no marker, and is replaced.
-- Returns the time that holds now; 0 for none.
if not KEYS[2] then
    return 0
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local time = math.min(tonumber(ARGV[1]) or now, now)
local value = redis.pcall('GET', KEYS[2])
if type(value) == 'table' then
    if not string.find(value.err, 'WRONGTYPE', 1, true) then
        return value
    end
    value = nil
end
local known, spared, floor = string.match(value or '', '^(%d+) ?(%S*) ?(%d*)$')
known, floor = tonumber(known) or 0, tonumber(floor) or 0
-- As index.lua reads it.
if known - now > 86400000 or floor - now > 86400000 then
    known, spared, floor = 0, '', 0
end
spared = spared or ''
if ARGV[4] == '1' and value and (value == '0' or time < tonumber(ARGV[1])) then
    return known
end
local held = ARGV[3] == spared and floor or known
if time >= known then
    known, spared, floor = time, ARGV[3], held
elseif spared ~= ARGV[3] then
    floor = math.max(floor, time)
end
local text = string.format('%.0f', known)
if spared ~= '' then
    text = text .. ' ' .. spared .. ' ' .. string.format('%.0f', floor)
end
-- A full memory refuses a script whose first write needs memory; DEL needs none.
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[2], text, 'PX', ARGV[2])
return known
