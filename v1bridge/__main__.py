"""The command: ``python -m v1bridge``, and what the ``v1bridge`` script calls."""

from validation.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
