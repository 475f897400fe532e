-- SPDX-License-Identifier: Apache-2.0
-- KEYS[1] session; KEYS[2] its state, if that was written too; ARGV[1] how the value that was written begins.
-- Returns 1 when it was there and is removed.
local value = redis.call('GET', KEYS[1])
if value and string.sub(value, 1, #ARGV[1]) == ARGV[1] then
    return redis.call('DEL', unpack(KEYS))
end
return 0
