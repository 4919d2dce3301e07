"""Steps that must happen whole or not at all, as Lua for Redis 7.

Each acts only on a message that is still in the caller's hands: same consumer, same count of receives. Whoever
was too slow, so that it has been handed to another, changes nothing.
"""

from typing import Final

# ARGV 1-4: group, consumer, receipt, receives.
_HELD: Final = """
local function is_held()
  local found = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
  return found and found[2] == ARGV[2] and found[4] == tonumber(ARGV[4])
end
if not is_held() then return 0 end
"""

# KEYS: stream, dead letters. ARGV 5-6: reason, retention in ms.
BURY: Final = (
    _HELD
    + """
local entry = redis.call('XRANGE', KEYS[1], ARGV[3], ARGV[3])[1]
if entry then
  local time = redis.call('TIME')
  local oldest = string.format('%.0f', time[1] * 1000 - ARGV[6])
  local fields = entry[2]
  fields[#fields + 1] = 'reason'
  fields[#fields + 1] = ARGV[5]
  fields[#fields + 1] = 'receives'
  fields[#fields + 1] = ARGV[4]
  redis.call('XADD', KEYS[2], 'MINID', '~', oldest, '*', unpack(fields))
end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[3])
return 1
"""
)

# KEYS: stream. ARGV 5: how long it counts as idle already, in ms; JUSTID leaves the count of receives alone.
RELEASE: Final = (
    _HELD
    + """
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'IDLE', ARGV[5], 'JUSTID')
return 1
"""
)

EXTEND: Final = (
    _HELD
    + """
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'IDLE', 0, 'JUSTID')
return 1
"""
)

# KEYS: stream, dead letters. ARGV 1: how many at the most. The reason stays behind: it is another life.
REDRIVE: Final = """
local entries = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', ARGV[1])
for _, entry in ipairs(entries) do
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == 'body' then redis.call('XADD', KEYS[1], '*', 'body', fields[i + 1]) end
  end
  redis.call('XDEL', KEYS[2], entry[1])
end
return #entries
"""
