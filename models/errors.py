"""The root of this floor's errors: the docstring of each is what it says."""


class Failure(Exception):
    """Something cannot be done; each kind says whether it ever can (permanent)."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else (self.__doc__ or "")
