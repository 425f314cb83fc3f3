"""Which cards may be shown, as formulas: the symbolic twin of webapp.triage.guide.care.

Every card counts as asked for: what is proved here holds whatever makes a card relevant.
"""

from typing import Any

import z3

from webapp.tools.encode import either, every
from webapp.triage.engine import LEVELS
from webapp.triage.guide import Guide


class Cards:
    """Which cards are hidden, have a caution or may give a dose: guide.care as formulas.

    reading gives what holds; switch(name) is a formula that turns one mutant of the guide on.
    """

    def __init__(self, reading: Any, guide: Guide, tag: str) -> None:
        self.reading, self.guide, self.tag = reading, guide, tag
        self.definitions: list[Any] = []
        self.flags = {
            gate["id"]: self._name(f"flag.{gate['id']}", self._flag(gate))
            for gate in guide["gates"]
        }
        self.asked = self._name("asked", self._asked())
        self.checks = {
            c["id"]: self._name(f"check.{c['id']}", reading.holds(c["when"]))
            for c in guide["checks"]
        }
        self.hidden: dict[str, Any] = {}
        self.caution: dict[str, Any] = {}
        self.dose: dict[str, Any] = {}
        for card in guide["cards"]:
            self._card(card)

    def _name(self, name: str, formula: Any) -> Any:
        constant = z3.Bool(f"{self.tag}:{name}")
        self.definitions.append(constant == formula)
        return constant

    def _flag(self, gate: Any) -> Any:
        carried = [
            self.carries(rule["id"], gate["id"])
            for rule in self.reading.book["rules"]
            if gate["id"] in rule["flags"]
        ]
        return either([self.reading.holds(gate["when"]), *carried])

    def carries(self, rule: str, flag: str) -> Any:
        """Return "this rule fires and sets this flag"."""
        return self.reading.fires[rule]

    def gated(self, gate: Any, card: str, state: str) -> Any:
        """Return "this gate asks for this state of the card" (a constant, or a switch)."""
        return z3.BoolVal(gate["cards"].get(card) == state)

    def levelled(self, card: Any, level: str, state: str) -> Any:
        """Return "at this level the card has this state"."""
        return z3.BoolVal(card["level_gate"][level] == state)

    def checked(self, check: Any, effect: str) -> Any:
        """Return "this medicine check has this effect"."""
        return z3.BoolVal(check["effect"] == effect)

    def _asked(self) -> Any:
        reading = self.reading
        return every(
            z3.Implies(reading.holds(q["show"]), reading.person.answered(q["id"]))
            for q in reading.book["questions"]
            if q["id"] in self.guide["medicine_questions"]
        )

    def _card(self, card: Any) -> None:
        id, own = card["id"], [c for c in self.guide["checks"] if c["card"] == card["id"]]
        states = {}
        for state in ("hidden", "caution"):
            by_flag = [
                z3.And(self.flags[g["id"]], self.gated(g, id, state)) for g in self.guide["gates"]
            ]
            by_level = [
                z3.And(self.reading.level(n), self.levelled(card, n, state)) for n in LEVELS
            ]
            by_check = [z3.And(self.checks[c["id"]], self.checked(c, state)) for c in own]
            states[state] = either([*by_flag, *by_level, *by_check])
        self.hidden[id] = self._name(f"hidden.{id}", states["hidden"])
        self.caution[id] = self._name(f"caution.{id}", z3.Or(states["hidden"], states["caution"]))
        held_back = [z3.And(self.checks[c["id"]], z3.Not(self.checked(c, "gone"))) for c in own]
        dose = (
            z3.And(self.asked, z3.Not(either(held_back))) if card["medicine"] else z3.BoolVal(True)
        )
        self.dose[id] = self._name(f"dose.{id}", z3.And(z3.Not(self.hidden[id]), dose))

    def freer_in(self, other: "Cards") -> Any:
        """Return "some card is freer in the other": shows, loses its caution, or gives a dose."""
        return either(
            formula
            for card in self.hidden
            for formula in (
                z3.And(self.hidden[card], z3.Not(other.hidden[card])),
                z3.And(self.caution[card], z3.Not(other.caution[card])),
                z3.And(other.dose[card], z3.Not(self.dose[card])),
            )
        )

    def differ_from(self, other: "Cards") -> Any:
        pairs = [
            (self.hidden, other.hidden),
            (self.caution, other.caution),
            (self.dose, other.dose),
        ]
        return either(one[card] != two[card] for one, two in pairs for card in one)
