"""The profile that a person brings along: a JSON file, or a vault as far as its policy goes."""

from __future__ import annotations

import json
from pathlib import Path

from makeup_ai.schema import Profile


def read_profile(path: str | Path) -> Profile:
    """Read a profile from a JSON file.

    Raises:
        ValueError: It is not a JSON object, or has fields that a profile does not.
    """
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"Expected a profile as JSON in UTF-8. Received: {str(path)!r} ({error})") from error
    return Profile.from_dict(values)


def given_profile(file: str | None, vault: str | None, consumer: str = "recommend") -> Profile | None:
    """Take the profile of a file, or what a vault's policy gives to a consumer; `None` where neither is named.

    Raises:
        ValueError: See `read_profile`.
        VaultError: See `makeup_ai.profile.unlock.view_from_vault`.
    """
    if vault:
        from makeup_ai.profile.unlock import view_from_vault  # its cipher is not needed otherwise

        return view_from_vault(vault, consumer)
    return read_profile(file) if file else None
