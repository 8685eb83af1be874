"""GitLab CI through its REST API: pipelines, jobs, traces, retry, cancel, play, create."""
