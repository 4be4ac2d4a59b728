"""Django's PostgreSQL backend, with connections that a request never waits on for long (R-106)."""
