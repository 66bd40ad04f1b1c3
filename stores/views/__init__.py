"""Opening tablets, signing clerks in, and the manager's team."""
