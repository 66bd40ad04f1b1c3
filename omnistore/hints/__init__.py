"""
Hints: a tablet hears at once that there is something to ask for, and then asks.

A hint has a topic and no data, so nothing personal passes here and nothing is lost with it: who
missed one asks a little later anyway. Topics are told through Redis (`telling`); one small raw
ASGI process beside the app passes them on to thousands of listeners over server-sent events
(`listening`), each let in by a ticket that is good for a minute (`tickets`).
"""
