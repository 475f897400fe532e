-- SPDX-License-Identifier: Apache-2.0
-- KEYS[1] index of a user; KEYS[2] the user's state, unless the user of the server may not use that key.
-- ARGV[1] session id; ARGV[2] how long the entry lives, in milliseconds; ARGV[3] type of an index that does not exist yet:
-- ZSET or SET; ARGV[4] when the session began, in milliseconds, or '' for now.
-- Returns 1 when the id was not in the index, 0 when it was, 3 with nothing written when the not-before marker covers the
-- session, 4 when it does and was raised within ten seconds, so that the revocation may still be about to remove the
-- session, and for a session that begins now, if there is a marker, minus the marker's time. An index of any other type
-- stays as it is: WRONGTYPE.
-- The server's clock decides: a node whose clock is ahead must not prune live sessions.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local marker = 0
if KEYS[2] then
    local value = redis.pcall('GET', KEYS[2])
    if type(value) == 'table' then
        if not string.find(value.err, 'WRONGTYPE', 1, true) then
            return value
        end
        value = ''
    end
    local before, spared, floor = string.match(value or '', '^(%d+) ?(%S*) ?(%d*)$')
    -- No clock is a day ahead: a value that is was written by mistake, and must not lock the user out.
    if (tonumber(before) or 0) - now <= 86400000 and (tonumber(floor) or 0) - now <= 86400000 then
        marker = tonumber(spared == ARGV[1] and floor or before) or 0
    end
    if marker > 0 and ARGV[4] ~= '' and tonumber(ARGV[4]) <= marker then
        return math.abs(now - marker) < 10000 and 4 or 3
    end
end
local lifetime = tonumber(ARGV[2])
local century = 3155760000000

-- An index without a lifetime (-1) belongs to another writer, who prunes it: it gets no lifetime from us.
-- Without the permission for PTTL, only sorted sets can be used, as in earlier versions.
local left = redis.pcall('PTTL', KEYS[1])

local function add_to_sorted_set()
    local score = redis.pcall('ZSCORE', KEYS[1], ARGV[1])
    if type(score) == 'table' then
        return score
    end
    -- Never earlier: the session of this id may be one that lives longer.
    if not score or tonumber(score) < now + lifetime then
        redis.call('ZADD', KEYS[1], string.format('%.0f', now + lifetime), ARGV[1])
    end
    if left ~= -1 then
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
        -- The index lives as long as its longest-lived session, also after the lifetime was configured shorter.
        local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
        local expiry = math.min(tonumber(last[2]), now + century)
        if type(left) == 'table' or left < expiry - now then
            redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', expiry))
        end
    end
    return score and 0 or 1
end

local function add_to_set()
    if type(left) == 'table' then
        return left
    end
    local added = redis.pcall('SADD', KEYS[1], ARGV[1])
    if type(added) == 'number' and left ~= -1 and left < lifetime then
        redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', now + lifetime))
    end
    return added
end

local add, add_otherwise = add_to_sorted_set, add_to_set
if ARGV[3] == 'SET' then
    add, add_otherwise = add_to_set, add_to_sorted_set
end
local answer = add()
if type(answer) == 'table' and string.find(answer.err, 'WRONGTYPE', 1, true) then
    answer = add_otherwise()
end
if type(answer) == 'number' and marker > 0 and ARGV[4] == '' then
    return -marker
end
return answer
