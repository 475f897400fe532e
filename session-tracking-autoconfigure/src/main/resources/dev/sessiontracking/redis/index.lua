-- KEYS[1] index of a user; ARGV[1] session id; ARGV[2] how long it lives, in milliseconds.
-- Returns 1 when the id was not in the index, 0 when it was, 2 when a value of another type had to make room.
-- The server's clock decides: a node whose clock is ahead must not prune live sessions.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expiry = string.format('%.0f', now + tonumber(ARGV[2]))
local added = redis.pcall('ZADD', KEYS[1], expiry, ARGV[1])
if type(added) == 'table' then
    if not string.find(added.err, 'WRONGTYPE', 1, true) then
        return added
    end
    redis.call('DEL', KEYS[1])
    redis.call('ZADD', KEYS[1], expiry, ARGV[1])
    added = 2
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
-- The index lives as long as its longest-lived session, also after the lifetime was configured shorter.
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(last[2])))
return added
