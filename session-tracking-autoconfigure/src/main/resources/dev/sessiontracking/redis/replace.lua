-- KEYS[1] session; ARGV[1] the value that was read; ARGV[2] its replacement; ARGV[3] lifetime in milliseconds.
-- Returns 1 when replaced, 0 when somebody else changed it meanwhile, -1 when it is gone: it is never created.
local value = redis.call('GET', KEYS[1])
if not value then
    return -1
end
if value ~= ARGV[1] then
    return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
