"""The embedded CI: one command, run on one commit, in a clean clone, by a detached supervisor."""
