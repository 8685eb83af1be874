"""What every CI server on the web shares: the door, its manners, and who may pass."""
