"""Make webapp/content/emergency_numbers.yaml: `python -m webapp.tools.emergency_numbers`.

Two tables are compared: Android's (aosp_eccdata.txt, a verbatim copy, which knows the service
behind each number) and libphonenumber's (PyPI `phonenumbers`, which does not). A person's
decisions stand in emergency_overlay.yaml. The same inputs give the same bytes.
"""

import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneMetadata

from webapp.content.load import read

HERE = Path(__file__).parent
AOSP = HERE / "aosp_eccdata.txt"
OVERLAY = HERE / "emergency_overlay.yaml"
TABLE = HERE.parent / "content" / "emergency_numbers.yaml"

# A longer number is an ordinary line of one town, not a country's emergency number.
MAX_DIGITS = 5
# libphonenumber's wildcards can stand for hundreds of numbers; a row only has to give an idea.
MAX_LISTED = 12

# ISO 3166-1 alpha-2, and XK for Kosovo.
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = _CODES.split()

HEADER = f"""\
# The number that calls an ambulance, for every country and territory. Made by
#   python -m webapp.tools.emergency_numbers
# Do not edit: change webapp/tools/emergency_overlay.yaml and run it again.
#
# Derived, with changes, from two tables under the Apache License 2.0
# (apache.org/licenses/LICENSE-2.0):
#   Android Open Source Project, ecc/input/eccdata.txt (the copy in webapp/tools/aosp_eccdata.txt)
#   google/libphonenumber, by PyPI phonenumbers {phonenumbers.__version__}
#
# A  both tables agree, and a person vouches for the number
# B  both tables agree on an ambulance number, or a person puts right what they lack or get wrong;
#    the reader is asked to check it with a health worker
# C  the tables conflict, have no ambulance number, or lead to the police: no number is shown
#
# In every grade: "Go to the nearest hospital or clinic now", because in many places no ambulance
# comes. AOSP's fallback numbers (112, 911) are not ambulance numbers and are left out.
"""


@dataclass(frozen=True)
class Move:
    """A person's decision about one country; number is None in grade C."""

    grade: str
    number: str | None
    reason: str


@dataclass(frozen=True)
class Row:
    """One country as the app gets it; number is None in grade C."""

    country: str
    grade: str
    number: str | None
    provenance: str


def read_aosp(text: str) -> dict[str, list[str]]:
    """Country code -> the numbers AOSP types as AMBULANCE, in AOSP's order; fallbacks left out."""
    ambulance: dict[str, list[str]] = {}
    for block in re.split(r"^countries \{", text, flags=re.MULTILINE)[1:]:
        (country,) = re.findall(r'iso_code:\s*"(\w\w)"', block)
        entries = re.findall(r"eccs \{(.*?)\}", block, flags=re.DOTALL)
        ambulance[country] = [_phone_number(e) for e in entries if _is_ambulance(e)]
    return ambulance


def _phone_number(entry: str) -> str:
    (number,) = re.findall(r'phone_number:\s*"(\d+)"', entry)
    return str(number)


def _is_ambulance(entry: str) -> bool:
    return re.search(r"types:\s*AMBULANCE\b", entry) is not None


def libphonenumber_numbers(country: str) -> list[str]:
    """Emergency numbers of any service, of at most MAX_DIGITS, that libphonenumber has there."""
    metadata = PhoneMetadata.short_metadata_for_region(country)
    emergency = metadata.emergency if metadata else None
    if emergency is None or emergency.national_number_pattern is None:
        return []
    pattern = re.compile(emergency.national_number_pattern)
    lengths = [n for n in emergency.possible_length if n <= MAX_DIGITS]
    return [n for length in lengths for n in _digit_strings(length) if pattern.fullmatch(n)]


def _digit_strings(length: int) -> list[str]:
    return ["".join(digits) for digits in itertools.product("0123456789", repeat=length)]


def read_overlay(path: Path) -> tuple[str, dict[str, Move]]:
    """The day of the last review, and country code -> what a person decided."""
    overlay = read(path)
    moves: dict[str, Move] = {}
    for entry in overlay["moves"]:
        for country in entry["countries"]:
            if country in moves or country not in COUNTRIES:
                raise ValueError(f"overlay: {country} is moved twice, or is no country")
            moves[country] = Move(entry["grade"], entry.get("number"), entry["reason"])
    return overlay["checked_on"], moves


def judge(country: str, aosp: list[str] | None, known: list[str], move: Move | None) -> Row:
    """One country's row. `aosp` is None where AOSP has no such country."""
    agreed = [n for n in aosp or [] if n in known]
    grade, number = _decide(country, agreed, move)
    return Row(country, grade, number, _provenance(aosp, known, agreed, move))


def _decide(country: str, agreed: list[str], move: Move | None) -> tuple[str, str | None]:
    if move:
        _refuse_bad_move(country, agreed, move)
        return move.grade, move.number
    if len(agreed) > 1:
        raise ValueError(f"{country}: the overlay must choose one of {agreed}")
    return ("B", agreed[0]) if agreed else ("C", None)


def _refuse_bad_move(country: str, agreed: list[str], move: Move) -> None:
    if move.grade not in ("A", "B", "C"):
        raise ValueError(f"{country}: no such grade: {move.grade!r}")
    if (move.grade == "C") != (move.number is None):
        raise ValueError(f"{country}: A and B need a number, C must not have one")
    if move.grade == "A" and move.number not in agreed:
        raise ValueError(f"{country}: A needs a number on which both sources agree: {agreed}")


def _provenance(
    aosp: list[str] | None, known: list[str], agreed: list[str], move: Move | None
) -> str:
    ambulance = "no such country" if aosp is None else f"ambulance {_listed(aosp)}"
    verdict = f"agreed on {_listed(agreed)}" if agreed else "no agreement"
    facts = f"AOSP: {ambulance}; libphonenumber: {_listed(known)}; {verdict}"
    return f"{facts}; moved to {move.grade}: {move.reason}" if move else facts


def _listed(numbers: list[str]) -> str:
    more = len(numbers) - MAX_LISTED
    shown = " ".join(numbers[:MAX_LISTED]) or "none"
    return f"{shown} and {more} more" if more > 0 else shown


def as_yaml(row: Row, checked_on: str) -> str:
    """The row as YAML, every value quoted, so that NO and 000 stay what they are."""
    fields = {"country": row.country, "grade": row.grade, "number": row.number}
    fields |= {"provenance": row.provenance, "checked_on": checked_on}
    lines = [f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in fields.items() if v]
    return "  - " + "\n    ".join(lines) + "\n"


def build() -> str:
    """The whole text of emergency_numbers.yaml."""
    aosp = read_aosp(AOSP.read_text(encoding="utf-8"))
    checked_on, moves = read_overlay(OVERLAY)
    rows = [judge(c, aosp.get(c), libphonenumber_numbers(c), moves.get(c)) for c in COUNTRIES]
    return HEADER + "numbers:\n" + "".join(as_yaml(row, checked_on) for row in rows)


if __name__ == "__main__":
    TABLE.write_text(build(), encoding="utf-8", newline="\n")
