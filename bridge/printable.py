"""Text of others on a terminal: what would steer it is shown, not sent."""


def printable(text: str) -> str:
    r"""Return a text in which nothing but visible characters and spaces is left.

    Names in files of others may hold what moves the cursor, sets the title of the
    window or turns the direction of writing; and half a surrogate, which no terminal
    can be sent.

    Parameters
    ----------
    text
        Any text; the ends of its lines become spaces.

    Returns
    -------
    str
        Everything that Python does not call printable is escaped as in Python:
        ``\x1b``, ``\u202e``.
    """
    spaced = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    if spaced.isprintable():
        return spaced
    return "".join(c if c.isprintable() else _escaped(c) for c in spaced)


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
