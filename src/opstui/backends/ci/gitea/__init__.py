"""Gitea Actions through its REST API: runs, jobs, steps, logs, running again, starting."""
