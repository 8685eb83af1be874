"""The door to container engines: Docker, or podman's socket that speaks Docker's API."""
