"""Length and count limits of Discord, each named once. It refuses what is longer.

https://discord.com/developers/docs/resources/message#create-message and, on the same page,
*Embed Limits*; https://discord.com/developers/docs/components/reference (menus, forms);
https://discord.com/developers/docs/interactions/application-commands (choices). Texts are counted
in characters.
"""

from __future__ import annotations

CONTENT = 2000
NONCE = 25

DESCRIPTION = 4096
BODY = 4000
"""Of a description, by our choice: what an embed has in all, 6000, leaves room for its fields."""
FIELD_NAME = 256
FIELD = 1024

OPTIONS = 25
"""In a menu, also in one of roles."""
LABEL = 100
"""An option's label, value and description."""
FORM_TITLE = 45

CHOICES = 25
"""Offered while an argument is typed."""
CHOICE_NAME = 100
