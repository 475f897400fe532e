-- SPDX-License-Identifier: Apache-2.0
-- KEYS[1] session; ARGV[1] the value that was read; ARGV[2] its replacement; ARGV[3] lifetime in milliseconds; ARGV[4] when
-- the session ends at the latest, in milliseconds, or nothing.
-- Returns 1 when replaced, 0 when somebody else changed it meanwhile, -1 when it is gone: it is never created.
-- A value of another type is an error here, and differs too.
local value = redis.pcall('GET', KEYS[1])
if not value then
    return -1
end
if value ~= ARGV[1] then
    return 0
end
local lifetime, last = tonumber(ARGV[3]), tonumber(ARGV[4] or '')
if last then
    local time = redis.call('TIME')
    lifetime = math.min(lifetime, last - time[1] * 1000 - math.floor(time[2] / 1000))
    if lifetime <= 0 then
        redis.call('DEL', KEYS[1])
        return -1
    end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', string.format('%.0f', lifetime))
return 1
