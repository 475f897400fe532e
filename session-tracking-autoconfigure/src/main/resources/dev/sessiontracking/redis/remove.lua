-- KEYS[1] session; ARGV[1] the value that was written. Returns 1 when it was there and is removed.
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0
