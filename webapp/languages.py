"""The only list of languages. A language is listed when its catalogue is complete."""

import os
from dataclasses import dataclass

from babel import Locale


@dataclass(frozen=True)
class Language:
    """A language Genu speaks.

    code: BCP 47, as in paths and `lang` · name: its own name · checked: a health professional who
    speaks it has checked the translation (English is the source and no translation) ·
    pseudo: generated, for development only.
    """

    code: str
    name: str
    checked: bool = False
    pseudo: bool = False

    @property
    def locale(self) -> Locale:
        """The CLDR data of this language (that of English or Arabic for a pseudo-language)."""
        return Locale.parse(PSEUDO_BASE.get(self.code, self.code), sep="-")

    @property
    def dir(self) -> str:
        """`ltr` or `rtl`, from CLDR."""
        return "rtl" if self.locale.character_order == "right-to-left" else "ltr"


PSEUDO_BASE = {"en-XA": "en", "ar-XB": "ar"}

COMPLETE = (
    Language("en", "English", checked=True),
    Language("es", "español"),
    Language("ar", "العربية"),
    Language("hi", "हिन्दी"),
    Language("zh-Hans", "简体中文"),
    Language("fr", "français"),
    Language("sw", "Kiswahili"),
    Language("ur", "اردو"),
    Language("ru", "русский"),
)
PSEUDO = (
    Language("en-XA", "[Ȧḗƈḗƞŧḗḓ]", pseudo=True),
    Language("ar-XB", "[‮Right to left‬]", pseudo=True),
)


def languages(pseudo: bool | None = None) -> tuple[Language, ...]:
    """Return the languages on offer; with GENU_PSEUDO=1 (or pseudo=True) the generated ones too.

    GENU_LANGUAGES="en es ar" offers only these of the complete ones; English always.
    """
    if pseudo is None:
        pseudo = os.environ.get("GENU_PSEUDO") == "1"
    wanted = os.environ.get("GENU_LANGUAGES", "").split()
    offered = tuple(one for one in COMPLETE if not wanted or one.code in ("en", *wanted))
    return offered + PSEUDO if pseudo else offered
