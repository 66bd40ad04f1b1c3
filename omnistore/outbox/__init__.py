"""
FOUNDATION: facts and their way out.

A verb records a fact in its own transaction (`events.record`); after the commit a bell rings; the
relay turns the event into one delivery per connection that wants it; deliveries are claimed by a
lease and sent outside any transaction. The database is the queue, Celery only rings and works:
a lost bell costs one sweep, never an event.
"""
