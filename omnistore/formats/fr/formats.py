"""French: 26 novembre 2026, 26 nov. 2026, 14 h 05. What is not here is Django’s own French."""

DATE_FORMAT = "j\xa0F\xa0Y"
TIME_FORMAT = "G\xa0\\h\xa0i"
DATETIME_FORMAT = f"j\xa0N\xa0Y, {TIME_FORMAT}"
SHORT_DATETIME_FORMAT = f"d/m/Y {TIME_FORMAT}"
THOUSAND_SEPARATOR = "\u202f"
