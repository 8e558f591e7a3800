"""Everything with a socket, a clock or a file: the floor that runs the product."""
