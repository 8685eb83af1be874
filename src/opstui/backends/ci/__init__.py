"""CI servers: one file each, named in one table."""
