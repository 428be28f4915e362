"""Radicals that programs write for the whole character, and that Unicode maps to none.

Stands alone: the readers of files use it too, and they know nothing else of the truth.
"""

from __future__ import annotations

_CHARACTERS = str.maketrans(
    "⺝⺠⻁⻄⻅⻆⻉⻊⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "月民虎西见角贝足车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)


def whole(text: str) -> str:
    """With the character in place of each; those that Unicode maps are left to normalization."""
    return text.translate(_CHARACTERS)
