"""HTTP/1.1 (RFC 9112) as an `asyncio.Protocol`: httptools checks its syntax.

head.py        what httptools accepts and this server must not: targets, versions, Host
reader.py      bytes -> heads and bodies, without I/O
answer.py      an answer's head as bytes
hub.py         what the connections of one server share; the sweep that keeps time limits
connection.py  one connection: when to read, dispatch, write and close
"""
