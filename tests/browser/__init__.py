"""The running demo shop in a real browser: web server, Celery worker and clock included."""
