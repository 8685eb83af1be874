"""Textual over a thin line: a driver that sleeps, and frames that carry only what changed.

    class MyApp(LeanFrames, App[None]): ...
    app = MyApp(driver_class=LeanDriver)

Made for Textual 8.2. Where a release does not fit, `why_not()` says so and the stock path is used.
"""
