"""Textual over a thin line: a driver that sleeps, and frames that carry only what changed.

    app = MyApp()
    reason = install(app)   # empty, or why this Textual release keeps its stock path

Made for Textual 8.2.
"""
