"""The code of docs/webhooks.md, as integrators copy it."""

import re
from collections.abc import Callable
from typing import Any

from config.environment import BASE_DIR

Verify = Callable[[str, dict[str, str], bytes], None]


def verify_of_the_manual() -> Verify:
    """It raises ValueError unless a message is signed with a secret, lately."""
    page = (BASE_DIR / "docs" / "webhooks.md").read_text()
    (code,) = re.findall(r"```python\n(.+?)```", page, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    verify: Verify = names["verify"]
    return verify
