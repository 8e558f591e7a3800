"""What the demo has beside applications; each noun seeds its own, once."""
