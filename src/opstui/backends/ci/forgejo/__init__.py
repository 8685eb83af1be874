"""Forgejo Actions through its REST API: runs, starting, and jobs from commit statuses."""
