"""The first milliseconds, and what follows from them.

`opening` and what it imports run before everything else, so they import almost nothing.
"""
