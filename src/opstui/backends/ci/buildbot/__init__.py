"""Buildbot: builds as runs, their steps, logs by lines, and news by server-sent events."""
