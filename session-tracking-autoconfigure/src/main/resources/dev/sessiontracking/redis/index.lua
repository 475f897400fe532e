-- SPDX-License-Identifier: Apache-2.0
-- KEYS[1] index of a user; KEYS[2] the user's state, unless the user of the server may not use that key.
-- ARGV[1] session id; ARGV[2] how long the entry lives, in milliseconds; ARGV[3] type of an index that does not exist yet:
-- ZSET or SET; ARGV[4] when the session began, in milliseconds, or '' for now.
-- For a login also: ARGV[5] most sessions of the user; ARGV[6] what to do when there are as many: 'cap' ends those that expire
-- first, counting entries only; 'ask' returns the others; 'reject'; 'evict' ends the first of ARGV[10...]. ARGV[7] a session
-- that does not count, or ''; ARGV[8] 1 to decide although there are sessions that the caller has not looked at; ARGV[9] how
-- many of the following ids are known to be gone; the others live, the oldest first.
-- Returns a list: an answer, the not-before marker's time, and ids of sessions. Answers: 0 the id was in the index; 1 it was
-- not; 3 with nothing written when the not-before marker covers the session; 4 when it does and was raised within ten seconds,
-- so that the revocation may still be about to remove the session; 5 the session is to end; 6 look at these sessions and come
-- back; 7 there are too many; 8 added to a set, which has no limit. With 0 and 1, the ids are sessions that the caller must
-- end. An index of any other type stays as it is: WRONGTYPE.
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
        return {math.abs(now - marker) < 10000 and 4 or 3, 0}
    end
end
local lifetime = tonumber(ARGV[2])
local century = 3155760000000
local limit = tonumber(ARGV[5] or '')
local ids = {}

-- An index without a lifetime (-1) belongs to another writer, who prunes it: it gets no lifetime from us.
-- Without the permission for PTTL, only sorted sets can be used, as in earlier versions.
local left = redis.pcall('PTTL', KEYS[1])

-- A session that is to end keeps its entry until it is gone, and has another one: a space and its id, which is no session id.
local function marked(id)
    return string.sub(id, 1, 1) == ' '
end

local function admit()
    local looked_at, gone, marks = {}, {}, {}
    local first = 10 + tonumber(ARGV[9])
    for i = 10, #ARGV do
        (i < first and gone or looked_at)[ARGV[i]] = true
    end
    local entries = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
    for i = 1, #entries, 2 do
        if marked(entries[i]) then
            marks[string.sub(entries[i], 2)] = true
            ids[#ids + 1] = string.sub(entries[i], 2)
        end
    end
    local others, scores, unknown = {}, {}, 0
    for i = 1, #entries, 2 do
        local id = entries[i]
        if not (marked(id) or marks[id] or gone[id]) and id ~= ARGV[1] and id ~= ARGV[7]
            and (left == -1 or tonumber(entries[i + 1]) > now) then
            others[#others + 1] = id
            scores[id] = entries[i + 1]
            unknown = unknown + (looked_at[id] and 0 or 1)
        end
    end
    local excess = #others - limit + 1
    if excess <= 0 then
        return nil
    end
    if ARGV[6] == 'ask' or (ARGV[8] ~= '1' and unknown >= (ARGV[6] == 'reject' and 1 or limit)) then
        ids = others
        return 6
    end
    if ARGV[6] == 'reject' then
        ids = {}
        return 7
    end
    -- Those that were looked at, the oldest first; only then the others.
    local queue = {}
    for i = first, #ARGV do
        queue[#queue + 1] = ARGV[i]
    end
    for i = 1, #others do
        queue[#queue + 1] = others[i]
    end
    for _, id in ipairs(queue) do
        if excess > 0 and scores[id] then
            redis.call('ZADD', KEYS[1], scores[id], ' ' .. id)
            scores[id] = nil
            ids[#ids + 1] = id
            excess = excess - 1
        end
    end
    return nil
end

local function cap()
    if not redis.call('ZRANGE', KEYS[1], -limit - 1, -limit - 1)[1] then
        return
    end
    -- A bounded number at a time.
    local last = redis.call('ZRANGE', KEYS[1], -limit - 100, -limit - 100)[1] and 99 or -limit - 1
    for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, last)) do
        if id ~= ARGV[1] then
            ids[#ids + 1] = marked(id) and string.sub(id, 2) or id
        end
    end
end

local function add_to_sorted_set()
    local score = redis.pcall('ZSCORE', KEYS[1], ARGV[1])
    if type(score) == 'table' then
        return score
    end
    if ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[1], ' ' .. ARGV[1]) then
        return 5
    end
    local refused = limit and ARGV[6] ~= 'cap' and admit()
    if refused then
        return refused
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
    if ARGV[6] == 'cap' then
        cap()
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
    return type(added) == 'number' and limit and ARGV[6] ~= 'cap' and 8 or added
end

local add, add_otherwise = add_to_sorted_set, add_to_set
if ARGV[3] == 'SET' then
    add, add_otherwise = add_to_set, add_to_sorted_set
end
local answer = add()
if type(answer) == 'table' and string.find(answer.err, 'WRONGTYPE', 1, true) then
    answer = add_otherwise()
end
if type(answer) == 'table' then
    return answer
end
local reply = {answer, marker}
for i = 1, #ids do
    reply[i + 2] = ids[i]
end
return reply
