"""The addresses of the guide: kept on the phone after the check, as one part of a language."""

CAUSE_GROUPS = (
    "vessel",
    "joint",
    "ligament_cushion",
    "muscle_tendon",
    "nerve",
    "infection",
    "bone_growth",
    "child",
    "whole_body",
)
GUIDE = {  # {address below the language: template}
    "guide": "guide",
    **{f"causes/{group}": "causes" for group in CAUSE_GROUPS},
    "care": "care",
    "exercises": "exercises",
    "remedies": "remedies",
    "rules": "rules",
    "sources": "sources",
}
