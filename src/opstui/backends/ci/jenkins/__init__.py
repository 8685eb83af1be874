"""Jenkins: builds of jobs, folders and branches as runs, stages as jobs, and logs by bytes."""
