"""schema.org data of the guide's pages, made from the same content, so that they can be found."""

from typing import Any

from webapp.content.schema import Condition, Content, Exercise
from webapp.languages import Language


def page(language: Language, content: Content, path: str, title: str) -> dict[str, Any]:
    """Return the JSON-LD of one page of the guide: the page, and what it describes."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": title,
        "inLanguage": language.code,
    }
    if path.startswith("causes/"):
        group = path.split("/")[1]
        data["about"] = [_condition(c) for c in content.conditions if c.group == group]
    elif path == "exercises":
        data["hasPart"] = [_exercise(e) for e in content.exercises]
    return data


def _condition(cause: Condition) -> dict[str, Any]:
    return {
        "@type": "MedicalCondition",
        "@id": f"#{cause.id}",
        "name": cause.name,
        "alternateName": cause.medical,
    }


def _exercise(exercise: Exercise) -> dict[str, Any]:
    return {
        "@type": "HowTo",
        "@id": f"#{exercise.id}",
        "name": exercise.name,
        "step": [{"@type": "HowToStep", "text": line} for line in exercise.how],
    }
