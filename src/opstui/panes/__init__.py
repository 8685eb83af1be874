"""Rooms: one file a pane, with its columns, details, actions and how it loads."""
