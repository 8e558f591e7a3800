"""What the demo has beside its people, a file a noun; dates are relative to today."""
