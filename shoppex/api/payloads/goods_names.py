"""Names of fields that hold goods, or plainly none (contract, sections 4.5, 15.2)."""

from __future__ import annotations

import re

from ..fields import parse_flag, parse_time

# Whatever stands under these is a key.
KEY_NAMES = frozenset(
    {"serials", "serial", "codes", "keys", "license_keys", "license_key", "licenses"}
    | {"licenseKeys", "licenseKey"}
)
# Shoppex takes several serials as one text, a line each (contract, section 3), and may give
# them so.
LISTS = frozenset({"serials", "codes", "keys", "license_keys", "licenses", "licenseKeys"})
DYNAMIC = frozenset({"dynamic_response", "dynamicResponse"})
TEXT_NAMES = frozenset(
    {"text", "service_text", "serviceText", "delivery_text", "deliveryText", "notes"}
    | {"access_url", "accessUrl"}
    | DYNAMIC
)
LINK_NAMES = frozenset(
    {"links", "downloads", "external_urls", "externalUrls", "tracking_codes", "trackingCodes"}
)
CONTAINERS = frozenset(
    {"delivered_items", "deliveredItems", "delivery_summary", "deliverySummary", "delivery"}
    | {"delivery_info", "deliveryInfo", "deliverables", "license"}
)
NAMES = KEY_NAMES | TEXT_NAMES | LINK_NAMES | CONTAINERS
# Too common words to be looked for anywhere but in an entry of such a list.
ENTRY_KEYS = frozenset({"key", "code", "license"})
ENTRY_NAMES = NAMES | ENTRY_KEYS | {"value", "href", "url"}
IN_DESCRIPTIONS = KEY_NAMES | CONTAINERS
OF_LINE = CONTAINERS | {"delivery_text", "deliveryText", "service_text", "serviceText"}
KEY_KINDS = ("serial", "license", "key", "code")
LONGEST_NAME = 100

_LONGEST_ADDRESS = 2048
_MOST_WORDS = 20
_SENTENCE = 3
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OF_RECORDS = (
    r"(?:product|variant|item|line|line_item|order|invoice|shop|store|customer|license|licence|"
    r"serial|file|image|delivery|deliverable|addon|bundle|subscription|payment|gateway|parent|"
    r"stock|category|webhook|replacement|seller|merchant|hardware|sort)"
)
# Ids, counts, and words for what it is or how far it has come.
_MACHINE = re.compile(
    rf"(?:{_OF_RECORDS}_)?(?:id|ids|uniqid|uuid|guid|slug|hash|type|kind|status|state|label|title|"
    r"count|quantity|amount|price|total|currency|size|format|mime|mime_type|version|position|"
    r"index|order|priority|locale|timezone|unit|gateway|user_agent|method)"
    r"|(?:product|variant|shop|store)_name|customer|shop|store|invoice|order"
    r"|(?:max_|min_)?(?:uses|quantity)|license_period|hwid_pending"
)
_MOMENT = re.compile(r"(?:.*_)?(?:at|date|time|timestamp)")
_FLAG = re.compile(r"(?:is|has|can)_.*")
_PICTURE = re.compile(r"(?:.*_)?(?:image|images|icon|thumbnail|logo|avatar)(?:_.*)?")
_FILE = re.compile(r".*(?:file|download|attachment).*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d\S*(?: ?[+-]\d\d:?\d\d)?)?")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_IMAGE = re.compile(r"https?://\S+\.(?:png|jpe?g|gif|webp|svg|ico)(?:\?\S*)?", re.IGNORECASE)
_KEYISH = re.compile(r".*(?:key|code|serial|licen[cs]e|token|voucher).*")
_SUCCESSOR = re.compile(r"replacement|replaced_(?:by|with)|new(?:_(?:value|serial|key|code))?")


def fold_name(name: str) -> str:
    """A name as one spells it in lower case with underscores."""
    return _HUMP.sub("_", name).lower() if len(name) <= LONGEST_NAME else ""


def is_machine_name(name: str) -> bool:
    """Return whether a field of that name, folded, describes goods and holds none."""
    return _MACHINE.fullmatch(name) is not None


def is_machine_value(name: str, text: str) -> bool:
    """Return whether a text under an unknown name is a date, a flag or a picture's address."""
    short = text.strip()
    if len(short) <= LONGEST_NAME:
        if _DATE.fullmatch(short):
            return True
        if _FLAG.fullmatch(name) and parse_flag(short) is not None:
            return True
        if _MOMENT.fullmatch(name) and parse_time(short) is not None:
            return True
    if len(short) > _LONGEST_ADDRESS:
        return False
    if _PICTURE.fullmatch(name) and _ADDRESS.fullmatch(short):
        return True
    return _IMAGE.fullmatch(short) is not None and not _FILE.fullmatch(name)


def is_description_name(name: str) -> bool:
    """Return whether a record under a name, folded, describes goods: keys at most are in it."""
    return name in ("product", "variant") or is_machine_name(name)


def is_picture_name(name: str) -> bool:
    """Return whether a name, folded, is that of pictures."""
    return _PICTURE.fullmatch(name) is not None


def is_keyish(name: str) -> bool:
    """Return whether a name that is not known, folded, is one of a key among keys."""
    return _KEYISH.fullmatch(name) is not None


def names_successor(name: str) -> bool:
    """Return whether a name, folded, is that of what took a replaced serial's place."""
    return _SUCCESSOR.fullmatch(name) is not None


def is_prose(line: str) -> bool:
    """Return whether a line is a sentence for people rather than a key."""
    if line.count(" ") < _SENTENCE - 1:
        return False
    words = [word.strip(".,!?:;") for word in line.split()[:_MOST_WORDS]]
    return sum(len(word) > 1 and word.isalpha() and word.islower() for word in words) >= _SENTENCE
