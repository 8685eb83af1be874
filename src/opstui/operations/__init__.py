"""Verbs that span systems, shared by the screen and the command line."""
