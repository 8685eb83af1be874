"""Gates: what must be true before a version may be promoted; pure rules over gathered facts."""
