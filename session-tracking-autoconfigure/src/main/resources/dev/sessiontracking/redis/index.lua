-- KEYS[1] index of a user; ARGV[1] session id; ARGV[2] how long the entry lives, in milliseconds.
-- Returns 1 when the id was not in the index, 0 when it was, 2 when a value of another type had to make room.
-- The server's clock decides: a node whose clock is ahead must not prune live sessions.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local expiry = now + tonumber(ARGV[2])
local known = redis.pcall('ZSCORE', KEYS[1], ARGV[1])
local answer = known and 0 or 1
if type(known) == 'table' then
    if not string.find(known.err, 'WRONGTYPE', 1, true) then
        return known
    end
    redis.call('DEL', KEYS[1])
    known = false
    answer = 2
end
-- Never earlier: the session of this id may be one that lives longer.
if not known or tonumber(known) < expiry then
    redis.call('ZADD', KEYS[1], string.format('%.0f', expiry), ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
-- The index lives as long as its longest-lived session, also after the lifetime was configured shorter.
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', tonumber(last[2])))
return answer
