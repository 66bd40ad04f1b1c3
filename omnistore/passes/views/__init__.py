"""The doors of the pass."""
