"""Everything with a socket, a clock or a file: the floor that runs the product."""

import gc

# Loading the parts makes much and leaves no garbage: looking for it as often as Python
# does by default would take a fifth of a start.
gc.set_threshold(20_000)
