"""Measures opstui on a pseudo-terminal beside its peers: `scripts/benchmark` or `python -m`."""
