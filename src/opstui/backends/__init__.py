"""Doors to the world, one a system: async, they return domain nouns and raise OpstuiError."""
