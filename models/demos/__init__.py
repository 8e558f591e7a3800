"""The demo, noun by noun: each module has a `seed` that `models.demo` calls."""
