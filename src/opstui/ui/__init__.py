"""Walls: the list, panes, actions, dialogs, theme. They know no domain word but Status."""
